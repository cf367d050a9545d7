#!/bin/sh
# Run once by the postgres image, in an empty data folder.
set -eu
for name in ecomintent_labels ecomintent_mlflow ecomintent_mlflow_auth ecomintent_prefect; do
  createdb --username="$POSTGRES_USER" "$name"
done
