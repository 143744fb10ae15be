#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::lab {

/// One table of a TOML file, read key by key. Every error names the file, the line and what to
/// write. Refers to the table; one thread.
class TomlTable {
 public:
  /// @param table  borrowed
  /// @param name   as in the file: "[experiment]"
  TomlTable(const toml::table& table, std::string name, std::string file);

  /// @throws InputError when the table has a key that is not among `known`, naming the nearest.
  void allow(const std::vector<std::string>& known) const;

  bool has(const std::string& key) const;

  /// Each leaves `value` as it is where the key is absent. @throws InputError when the value is of
  /// another kind or out of range.
  void read(const std::string& key, std::string& value) const;
  void read(const std::string& key, bool& value) const;
  void read(const std::string& key, Duration& value) const;  ///< "80ms", > 0
  void read(const std::string& key, double& value, double least) const;
  void read(const std::string& key, std::int64_t& value, std::int64_t least) const;
  void read(const std::string& key, std::vector<std::string>& value) const;

  /// Texts, each of which may itself be a list: alternatives.
  void read(const std::string& key, std::vector<std::vector<std::string>>& value) const;

  /// @throws InputError when the key is absent, empty or no text.
  std::string required_text(const std::string& key) const;

  /// One value or a list of them; numbers and truth values as the text they are written as. Empty
  /// where the key is absent.
  std::vector<std::string> texts(const std::string& key) const;

  /// A table in this one: key = { column = value }. nullopt where the key is absent.
  std::optional<TomlTable> inner(const std::string& key) const;

  /// For errors: "FILE:LINE: KEY", the line of the table where the key is absent.
  std::string where(const std::string& key) const;

  /// @throws InputError for that key.
  [[noreturn]] void refuse(const std::string& key, const std::string& what,
                           const std::string& fix) const;

  const toml::table& table() const { return table_; }
  const std::string& file() const { return file_; }

 private:
  const toml::table& table_;
  const std::string name_, file_;
};

}  // namespace branchline::lab
