"""The stages of dvc.yaml. Each reads files and params, calls its room, writes files; nothing else."""
