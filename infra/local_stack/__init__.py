"""The services of infra/compose.yaml as plain processes of one machine, for machines without a container engine."""
