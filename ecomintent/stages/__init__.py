"""The five dvc.yaml stages. Each reads files and params, calls its room, writes files; nothing else."""
