#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace branchline::lab {

/// Column name -> the texts that a row may have there to be kept. Texts that are both numbers agree
/// when the numbers do: "0.5" and "0.500".
using CsvFilter = std::map<std::string, std::vector<std::string>>;

/// The number that the whole text is; nullopt for other texts, also the empty one.
std::optional<double> number_of(const std::string& text);

/// A comma-separated file with a header line, as the project's experiments write it: cells may be
/// quoted, lines that begin with # are comments, a column `schema` names the format. A value; safe
/// to read from any thread.
class CsvTable {
 public:
  /// @throws InputError naming the file and, where a line has more or fewer cells than the header,
  ///         that line.
  static CsvTable read(const std::string& file);
  static CsvTable parse(const std::string& text, const std::string& name);

  const std::string& name() const { return name_; }
  const std::vector<std::string>& columns() const { return columns_; }
  std::size_t rows() const { return rows_.size(); }
  bool has(const std::string& column) const;

  /// @throws InputError naming the file, the missing column and those there are.
  const std::string& text(std::size_t row, const std::string& column) const;

  /// nullopt for an empty cell, which means "does not apply".
  /// @throws InputError also when the cell is no number, naming its row.
  std::optional<double> number(std::size_t row, const std::string& column) const;

  /// The rows that fit every entry of the filter. @throws InputError for a missing column.
  CsvTable where(const CsvFilter& filter) const;

  /// What stands in a column, each text once, in the order of the rows.
  std::vector<std::string> distinct(const std::string& column) const;

 private:
  std::size_t index_of(const std::string& column) const;

  std::string name_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace branchline::lab
