#include "apps/lab/toml/toml_file.h"

#include <algorithm>
#include <sstream>

#include "framework/base/error.h"

namespace branchline::lab {

toml::table parse_toml(const std::string& text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw InputError(std::string(error.description()),
                     file + ":" + std::to_string(error.source().begin.line),
                     "docs/experiments.md shows a whole file");
  }
}

std::vector<const toml::table*> tables_named(const toml::table& root, const std::string& name,
                                             const std::string& file) {
  std::vector<const toml::table*> tables;
  const toml::node* node = root.get(name);
  if (node == nullptr) return tables;
  const toml::array* list = node->as_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    tables.push_back(list->get_as<toml::table>(i));
  }
  if (tables.empty() || std::find(tables.begin(), tables.end(), nullptr) != tables.end()) {
    throw InputError("it is no list of tables",
                     file + ":" + std::to_string(node->source().begin.line) + ": " + name,
                     "write [[" + name + "]] or " + name + " = [{ … }]");
  }
  return tables;
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

}  // namespace branchline::lab
