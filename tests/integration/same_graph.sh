#!/bin/sh
# same_graph.sh PROGRAM A.pt B.pt SHAPE: the traced and the scripted file of one network are the same units; only the
# name and the digest of the files differ. Exit code 77 (skipped) when the models were not exported.
program=$1
for model in "$2" "$3"; do
  if [ ! -e "$model" ]; then
    echo "skipped: $model was not exported, python3-torchvision is not installed (scripts/setup --tests)"
    exit 77
  fi
done
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$program" inspect "$2" --input "$4" --json > "$folder/a" || exit 1
"$program" inspect "$3" --input "$4" --json > "$folder/b" || exit 1
for graph in a b; do
  grep -v '^  "name":\|^  "digest":' "$folder/$graph" > "$folder/$graph.units"
done
[ "$(grep -c '"output_bytes"' "$folder/a.units")" -gt 3 ] || { echo "no units in $2"; exit 1; }
diff "$folder/a.units" "$folder/b.units" > "$folder/diff" && exit 0
head -20 "$folder/diff"
exit 1
