#include "apps/lab/report/csv_table.h"

#include <algorithm>
#include <cstdlib>

#include "apps/branchline/text_file.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

/// Reads lines of cells; a quoted cell may hold commas, line ends and doubled quotes.
class CsvReader {
 public:
  explicit CsvReader(const std::string& text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  std::size_t line() const { return line_; }

  std::vector<std::string> next() {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (quoted) {
        quoted = read_quoted(c, cells.back());
      } else if (c == '\n') {
        ++at_;
        break;
      } else if (c == ',') {
        cells.emplace_back();
      } else if (c == '"') {
        quoted = true;
      } else if (c != '\r') {
        cells.back() += c;
      }
    }
    return cells;
  }

 private:
  /// @returns whether the cell goes on
  bool read_quoted(char c, std::string& cell) {
    const bool doubled = c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"';
    if (c == '"' && !doubled) return false;
    if (doubled) ++at_;
    cell += c;
    return true;
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;  ///< of what next() reads
};

bool is_comment(const std::vector<std::string>& cells) {
  return (cells.size() == 1 && cells[0].empty()) || (!cells[0].empty() && cells[0][0] == '#');
}

bool agree(const std::string& cell, const std::string& wanted) {
  if (cell == wanted) return true;
  const auto a = number_of(cell), b = number_of(wanted);
  return a && b && *a == *b;
}

}  // namespace

std::optional<double> number_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size()) return std::nullopt;
  return number;
}

CsvTable CsvTable::read(const std::string& file) {
  return parse(apps::read_text_file(file, "give the folder that a run wrote"), file);
}

CsvTable CsvTable::parse(const std::string& text, const std::string& name) {
  CsvTable table;
  table.name_ = name;
  CsvReader reader(text);
  while (!reader.at_end()) {
    const std::size_t line = reader.line();
    std::vector<std::string> cells = reader.next();
    if (is_comment(cells)) continue;
    if (table.columns_.empty()) {
      table.columns_ = std::move(cells);
    } else if (cells.size() != table.columns_.size()) {
      throw InputError("line " + std::to_string(line) + " has " + std::to_string(cells.size()) +
                           " cells, the header " + std::to_string(table.columns_.size()),
                       name, "write the file anew, or cut off a last line that was not finished");
    } else {
      table.rows_.push_back(std::move(cells));
    }
  }
  if (table.columns_.empty()) throw InputError("has no header line", name);
  return table;
}

bool CsvTable::has(const std::string& column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::size_t CsvTable::index_of(const std::string& column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) {
    std::string known;
    for (const std::string& name : columns_) known += (known.empty() ? "" : ", ") + name;
    throw InputError("has no column '" + quotable(column) + "'", name_, "Its columns are " + known);
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

const std::string& CsvTable::text(std::size_t row, const std::string& column) const {
  BL_EXPECT(row < rows_.size(), "row " + std::to_string(row) + " of " + name_);
  return rows_[row][index_of(column)];
}

std::optional<double> CsvTable::number(std::size_t row, const std::string& column) const {
  const std::string& cell = text(row, column);
  if (cell.empty()) return std::nullopt;
  const std::optional<double> number = number_of(cell);
  if (!number) {
    throw InputError("'" + quotable(cell) + "' in column '" + column + "', row " +
                         std::to_string(row + 1) + ", is no number",
                     name_, "draw a column of numbers, or use this one as series or bars' x");
  }
  return number;
}

CsvTable CsvTable::where(const CsvFilter& filter) const {
  CsvTable kept = *this;
  for (const auto& [column, wanted] : filter) {
    const std::size_t index = index_of(column);
    const auto fits = [&](const std::vector<std::string>& row) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const std::string& text) { return agree(row[index], text); });
    };
    std::vector<std::vector<std::string>> rows;
    std::copy_if(kept.rows_.begin(), kept.rows_.end(), std::back_inserter(rows), fits);
    kept.rows_ = std::move(rows);
  }
  return kept;
}

std::vector<std::string> CsvTable::distinct(const std::string& column) const {
  const std::size_t index = index_of(column);
  std::vector<std::string> texts;
  for (const auto& row : rows_) {
    if (std::find(texts.begin(), texts.end(), row[index]) == texts.end())
      texts.push_back(row[index]);
  }
  return texts;
}

}  // namespace branchline::lab
