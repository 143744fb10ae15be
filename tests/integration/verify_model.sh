#!/bin/sh
# verify_model.sh PROGRAM MODEL.pt [flags]: runs `branchline verify`; exit code 77 (skipped) when the model was not exported
# because python3-torchvision is not installed.
program=$1
model=$2
shift 2
if [ ! -e "$model" ] && ! /usr/bin/python3 -c 'import torchvision' 2> /dev/null; then
  echo "skipped: $model was not exported, python3-torchvision is not installed (scripts/setup --tests)"
  exit 77
fi
exec "$program" verify "$model" "$@"
