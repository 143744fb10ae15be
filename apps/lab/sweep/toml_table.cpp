#include "apps/lab/sweep/toml_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "apps/branchline/flags.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr std::size_t kFarAway = 4;

/// Levenshtein's.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string listed(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

}  // namespace

std::optional<std::string> nearest_word(const std::string& word,
                                        const std::vector<std::string>& words) {
  std::optional<std::string> nearest;
  std::size_t least = kFarAway;
  for (const std::string& candidate : words) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

TomlTable::TomlTable(const toml::table& table, std::string name, std::string file)
    : table_(table), name_(std::move(name)), file_(std::move(file)) {}

std::string TomlTable::where(const std::string& key) const {
  const toml::node* node = table_.get(key);
  const auto line = (node == nullptr ? table_.source() : node->source()).begin.line;
  return file_ + ":" + std::to_string(line) + ": " + key;
}

void TomlTable::allow(const std::vector<std::string>& known) const {
  for (const auto& [key, value] : table_) {
    const std::string word(key.str());
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    const auto nearest = nearest_word(word, known);
    throw InputError("there is no such key in " + name_,
                     file_ + ":" + std::to_string(key.source().begin.line) + ": " + word,
                     nearest ? "did you mean '" + *nearest + "'?" : "choose of " + listed(known));
  }
}

bool TomlTable::has(const std::string& key) const { return table_.contains(key); }

void TomlTable::read(const std::string& key, std::string& value) const {
  if (!has(key)) return;
  const auto text = table_.get(key)->value<std::string>();
  if (!text || !table_.get(key)->is_string()) {
    throw InputError("it is no text", where(key), "write " + key + " = \"…\"");
  }
  value = *text;
}

void TomlTable::read(const std::string& key, Duration& value) const {
  if (!has(key)) return;
  std::string text;
  read(key, text);
  value = apps::parse_duration(text, where(key));
  if (value <= Duration::zero()) {
    throw InputError("it is not positive", where(key), "write e.g. " + key + " = \"1s\"");
  }
}

void TomlTable::read(const std::string& key, double& value, double least) const {
  if (!has(key)) return;
  const auto number = table_.get(key)->value<double>();
  if (!number || !table_.get(key)->is_number() || !(*number >= least)) {
    throw InputError("it is no number from " + std::to_string(least) + " on", where(key),
                     "write e.g. " + key + " = " + std::to_string(least));
  }
  value = *number;
}

void TomlTable::read(const std::string& key, std::int64_t& value, std::int64_t least) const {
  if (!has(key)) return;
  const auto* number = table_.get(key)->as_integer();
  if (number == nullptr || number->get() < least) {
    throw InputError("it is no whole number from " + std::to_string(least) + " on", where(key),
                     "write e.g. " + key + " = " + std::to_string(least));
  }
  value = number->get();
}

void TomlTable::read(const std::string& key, std::vector<std::string>& value) const {
  if (!has(key)) return;
  std::vector<std::vector<std::string>> lists;
  read(key, lists);
  value.clear();
  for (const std::vector<std::string>& list : lists) {
    if (list.size() != 1) {
      throw InputError("it holds a list", where(key), "write " + key + " = [\"…\", \"…\"]");
    }
    value.push_back(list.front());
  }
}

void TomlTable::read(const std::string& key, std::vector<std::vector<std::string>>& value) const {
  if (!has(key)) return;
  const std::string fix = "write " + key + " = [\"…\", \"…\"]";
  const toml::array* list = table_.get(key)->as_array();
  if (list == nullptr) throw InputError("it is no list", where(key), fix);
  value.clear();
  for (const toml::node& element : *list) {
    std::vector<std::string>& texts = value.emplace_back();
    const auto take = [&](const toml::node& node) {
      if (!node.is_string()) throw InputError("it holds what is no text", where(key), fix);
      texts.push_back(**node.as_string());
    };
    if (const toml::array* inner = element.as_array()) {
      for (const toml::node& node : *inner) take(node);
    } else {
      take(element);
    }
    if (texts.empty()) throw InputError("it holds an empty list", where(key), fix);
  }
}

}  // namespace branchline::lab
