#include "apps/lab/report/run_comparison.h"

#include <map>

namespace branchline::lab {
namespace {

/// A row of one of the two tables.
struct RowOf {
  const CsvTable& table;
  std::size_t row;

  const std::string& text(const char* column) const { return table.text(row, column); }
  std::optional<double> number(const char* column) const { return table.number(row, column); }
};

std::string partner_key(const RowOf& row) {
  std::string key;
  for (const char* column : {"model", "method", "link", "delay_ms", "deadline_ms"})
    key += row.text(column) + '\n';
  return key;
}

std::optional<double> ratio(const RowOf& a, const RowOf& b, const char* column) {
  const auto above = a.number(column), below = b.number(column);
  if (!above || !below || *below == 0) return std::nullopt;
  return *above / *below;
}

/// Whether the intervals have nothing in common. A missing interval says nothing.
bool apart(const RowOf& a, const RowOf& b, const char* low, const char* high) {
  const auto a_low = a.number(low), a_high = a.number(high);
  const auto b_low = b.number(low), b_high = b.number(high);
  if (!a_low || !a_high || !b_low || !b_high) return false;
  return *a_low > *b_high || *b_low > *a_high;
}

ComparedRow compare_rows(const RowOf& a, const RowOf& b) {
  ComparedRow row{a.text("model"),         a.text("method"),        a.text("link"),
                  a.text("delay_ms"),      a.text("deadline_ms"),   ratio(a, b, "measured_ms"),
                  ratio(a, b, "hit_rate"), ratio(a, b, "accuracy"), {}};
  if (apart(a, b, "measured_low_ms", "measured_high_ms")) row.differs.push_back("measured_ms");
  if (apart(a, b, "hit_low", "hit_high")) row.differs.push_back("hit_rate");
  if (a.number("accuracy") != b.number("accuracy")) row.differs.push_back("accuracy");
  return row;
}

}  // namespace

RunComparison compare_runs(const CsvTable& here, const CsvTable& there) {
  std::map<std::string, std::size_t> partners;
  for (std::size_t row = 0; row < there.rows(); ++row) partners[partner_key({there, row})] = row;
  RunComparison comparison;
  for (std::size_t row = 0; row < here.rows(); ++row) {
    const auto partner = partners.find(partner_key({here, row}));
    if (partner == partners.end()) {
      ++comparison.only_here;
      continue;
    }
    comparison.rows.push_back(compare_rows({here, row}, {there, partner->second}));
    partners.erase(partner);
  }
  comparison.only_there = partners.size();
  return comparison;
}

}  // namespace branchline::lab
