#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <vector>

namespace branchline::lab {

/// A file's table. @throws InputError naming file and line when it is no TOML.
toml::table parse_toml(const std::string& text, const std::string& file);

/// The tables written as [[name]], or as name = [{…}, {…}]; empty when there are none.
/// @throws InputError naming file and line when `name` is anything else.
std::vector<const toml::table*> tables_named(const toml::table& root, const std::string& name,
                                             const std::string& file);

/// "0.5", "true", "branchline": a value as a CSV's cell has it; nullopt for lists, tables and
/// dates.
std::optional<std::string> plain_text(const toml::node& value);

}  // namespace branchline::lab
