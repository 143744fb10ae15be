#include "apps/lab/toml/toml_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "apps/branchline/flags.h"
#include "apps/lab/toml/nearest_word.h"
#include "apps/lab/toml/toml_file.h"
#include "framework/base/error.h"

namespace branchline::lab {

TomlTable::TomlTable(const toml::table& table, std::string name, std::string file)
    : table_(table), name_(std::move(name)), file_(std::move(file)) {}

std::string TomlTable::where(const std::string& key) const {
  const toml::node* node = table_.get(key);
  const auto line = (node == nullptr ? table_.source() : node->source()).begin.line;
  return file_ + ":" + std::to_string(line) + ": " + quotable(key);
}

void TomlTable::refuse(const std::string& key, const std::string& what,
                       const std::string& fix) const {
  throw InputError(what, where(key), fix);
}

void TomlTable::allow(const std::vector<std::string>& known) const {
  for (const auto& entry : table_) {
    const std::string key(entry.first.str());
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto nearest = nearest_word(key, known);
    refuse(key, "there is no such key in " + name_,
           nearest ? "did you mean '" + *nearest + "'?"
                   : fmt::format("choose of {}", fmt::join(known, ", ")));
  }
}

bool TomlTable::has(const std::string& key) const { return table_.contains(key); }

void TomlTable::read(const std::string& key, std::string& value) const {
  if (!has(key)) return;
  const auto* text = table_.get(key)->as_string();
  if (text == nullptr) refuse(key, "it is no text", "write " + key + " = \"…\"");
  value = text->get();
}

void TomlTable::read(const std::string& key, bool& value) const {
  if (!has(key)) return;
  const auto* truth = table_.get(key)->as_boolean();
  if (truth == nullptr) refuse(key, "it is no truth value", "write true or false");
  value = truth->get();
}

void TomlTable::read(const std::string& key, Duration& value) const {
  if (!has(key)) return;
  std::string text;
  read(key, text);
  value = apps::parse_duration(text, where(key));
  if (value <= Duration::zero()) {
    refuse(key, "it is not positive", "write e.g. " + key + " = \"1s\"");
  }
}

void TomlTable::read(const std::string& key, double& value, double least) const {
  if (!has(key)) return;
  const auto number = table_.get(key)->value<double>();
  if (!number || !table_.get(key)->is_number() || !(*number >= least)) {
    refuse(key, fmt::format("it is no number from {} on", least),
           fmt::format("write e.g. {} = {}", key, least));
  }
  value = *number;
}

void TomlTable::read(const std::string& key, std::int64_t& value, std::int64_t least) const {
  if (!has(key)) return;
  const auto* number = table_.get(key)->as_integer();
  if (number == nullptr || number->get() < least) {
    refuse(key, fmt::format("it is no whole number from {} on", least),
           fmt::format("write e.g. {} = {}", key, least));
  }
  value = number->get();
}

void TomlTable::read(const std::string& key, std::vector<std::string>& value) const {
  if (!has(key)) return;
  std::vector<std::vector<std::string>> lists;
  read(key, lists);
  value.clear();
  for (const std::vector<std::string>& list : lists) {
    if (list.size() != 1) refuse(key, "it holds a list", "write " + key + " = [\"…\", \"…\"]");
    value.push_back(list.front());
  }
}

void TomlTable::read(const std::string& key, std::vector<std::vector<std::string>>& value) const {
  if (!has(key)) return;
  const std::string fix = "write " + key + " = [\"…\", \"…\"]";
  const toml::array* list = table_.get(key)->as_array();
  if (list == nullptr) refuse(key, "it is no list", fix);
  value.clear();
  for (const toml::node& element : *list) {
    std::vector<std::string>& texts = value.emplace_back();
    const auto take = [&](const toml::node& node) {
      if (!node.is_string()) refuse(key, "it holds what is no text", fix);
      texts.push_back(**node.as_string());
    };
    if (const toml::array* inner = element.as_array()) {
      for (const toml::node& node : *inner) take(node);
    } else {
      take(element);
    }
    if (texts.empty()) refuse(key, "it holds an empty list", fix);
  }
}

std::string TomlTable::required_text(const std::string& key) const {
  std::string text;
  read(key, text);
  if (text.empty()) refuse(key, name_ + " must say it", "write " + key + " = \"…\"");
  return text;
}

std::vector<std::string> TomlTable::texts(const std::string& key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return {};
  std::vector<std::string> found;
  const auto take = [&](const toml::node& element) {
    const std::optional<std::string> text = plain_text(element);
    if (!text) refuse(key, "it is neither text nor number", "write " + key + " = \"…\"");
    found.push_back(*text);
  };
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& element : *list) take(element);
  } else {
    take(*node);
  }
  return found;
}

std::optional<TomlTable> TomlTable::inner(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  const toml::table* table = table_.get(key)->as_table();
  if (table == nullptr) refuse(key, "it is no table", "write " + key + " = { column = value }");
  return TomlTable(*table, key, file_);
}

}  // namespace branchline::lab
