#include "apps/lab/report/toml_section.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

std::string at_line(const std::string& file, const toml::source_region& source) {
  return file + ", line " + std::to_string(source.begin.line);
}

}  // namespace

toml::table parse_toml(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw InputError(std::string(error.description()), at_line(name, error.source()),
                     "docs/experiments.md shows a whole file");
  }
}

std::optional<std::string> plain_text(const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  std::ostringstream written;
  written.precision(15);
  if (const auto* truth = value.as_boolean()) {
    written << (truth->get() ? "true" : "false");
  } else if (const auto* integer = value.as_integer()) {
    written << integer->get();
  } else if (const auto* real = value.as_floating_point()) {
    written << real->get();
  } else {
    return std::nullopt;
  }
  return written.str();
}

TomlSection::TomlSection(const toml::table& table, std::string file, std::string kind)
    : table_(table), file_(std::move(file)), kind_(std::move(kind)) {}

void TomlSection::refuse(const std::string& key, const std::string& what,
                         const std::string& fix) const {
  const toml::node* node = table_.get(key);
  throw InputError(what, at_line(file_, node != nullptr ? node->source() : table_.source()), fix);
}

void TomlSection::allow(const std::vector<std::string>& keys) const {
  for (const auto& entry : table_) {
    const std::string key(entry.first.str());
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    std::string known;
    for (const std::string& name : keys) known += (known.empty() ? "" : ", ") + name;
    refuse(key, "'" + quotable(key) + "' is no key of " + kind_, "Its keys are " + known);
  }
}

std::string TomlSection::text(const std::string& key, const std::string& otherwise) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return otherwise;
  const auto* text = node->as_string();
  if (text == nullptr) refuse(key, "'" + key + "' is no text", "write " + key + " = \"…\"");
  return text->get();
}

std::string TomlSection::required_text(const std::string& key) const {
  const std::string found = text(key);
  if (found.empty()) refuse(key, kind_ + " without '" + key + "'", "write " + key + " = \"…\"");
  return found;
}

bool TomlSection::truth(const std::string& key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return false;
  const auto* value = node->as_boolean();
  if (value == nullptr) refuse(key, "'" + key + "' is no truth value", "write true or false");
  return value->get();
}

std::vector<std::string> TomlSection::texts(const std::string& key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return {};
  std::vector<std::string> found;
  const auto take = [&](const toml::node& element) {
    const std::optional<std::string> text = plain_text(element);
    if (!text) refuse(key, "'" + key + "' is neither text nor number", "write " + key + " = \"…\"");
    found.push_back(*text);
  };
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& element : *list) take(element);
  } else {
    take(*node);
  }
  return found;
}

const toml::table* TomlSection::table(const std::string& key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return nullptr;
  if (node->as_table() == nullptr)
    refuse(key, "'" + key + "' is no table", "write " + key + " = { column = value }");
  return node->as_table();
}

}  // namespace branchline::lab
