"""Notes between processes: `memory.MemoryBus` in one, `redis.RedisBus` among many; both are `ports.Bus`."""
