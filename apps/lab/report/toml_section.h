#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <vector>

namespace branchline::lab {

/// A file's table. @throws InputError naming file and line when it is no TOML.
toml::table parse_toml(const std::string& text, const std::string& name);

/// "0.5", "true", "branchline": a value as a CSV's cell has it; nullopt for lists, tables and
/// dates.
std::optional<std::string> plain_text(const toml::node& value);

/// One table of a TOML file, its keys read one by one; each error names file, line and the fix.
/// Refers to the table; one thread.
class TomlSection {
 public:
  /// @param kind  how the section is written, for errors: "[[figure]]"
  TomlSection(const toml::table& table, std::string file, std::string kind);

  /// @throws InputError for the first key that is none of these.
  void allow(const std::vector<std::string>& keys) const;

  bool has(const std::string& key) const { return table_.contains(key); }
  std::string text(const std::string& key, const std::string& otherwise = "") const;
  std::string required_text(const std::string& key) const;
  bool truth(const std::string& key) const;  ///< false when it is not there

  /// A text, or a list of texts. Numbers and truth values count as the text they are written as.
  std::vector<std::string> texts(const std::string& key) const;

  const toml::table* table(const std::string& key) const;  ///< null when it is not there

  /// @throws InputError at the line of the key, or of the section when it is not there.
  [[noreturn]] void refuse(const std::string& key, const std::string& what,
                           const std::string& fix) const;

 private:
  const toml::table& table_;
  const std::string file_, kind_;
};

}  // namespace branchline::lab
