"""Bytes that belong to a centre: `disk.DiskFiles` implements `ports.Files`."""
