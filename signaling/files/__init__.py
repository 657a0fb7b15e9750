"""Bytes that belong to a centre: `choice.sealed_files` makes what implements `ports.SealedFiles`."""
