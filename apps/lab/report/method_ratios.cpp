#include "apps/lab/report/method_ratios.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace branchline::lab {
namespace {

/// Rows by link and deadline.
using Rows = std::map<std::string, std::size_t>;

Rows rows_of(const CsvTable& results, const std::string& model, const std::string& method) {
  Rows rows;
  for (std::size_t row = 0; row < results.rows(); ++row) {
    if (results.text(row, "model") != model || results.text(row, "method") != method) continue;
    rows[results.text(row, "link") + '\n' + results.text(row, "deadline_ms")] = row;
  }
  return rows;
}

/// Of the numbers there are.
struct Mean {
  double sum = 0;
  std::size_t count = 0;

  void add(std::optional<double> number) {
    if (!number) return;
    sum += *number;
    ++count;
  }
  std::optional<double> value() const {
    if (count == 0) return std::nullopt;
    return sum / static_cast<double>(count);
  }
};

MethodRatio ratio_of(const CsvTable& results, const Rows& mine, const Rows& reference) {
  MethodRatio ratio;
  Mean hits, accuracy, reference_accuracy, log_time;
  for (const auto& [key, row] : mine) {
    const auto partner = reference.find(key);
    if (partner == reference.end()) continue;
    ++ratio.rows;
    hits.add(results.number(row, "hit_rate"));
    accuracy.add(results.number(row, "delivered_accuracy"));
    reference_accuracy.add(results.number(partner->second, "delivered_accuracy"));
    const auto time = results.number(row, "measured_ms"),
               other = results.number(partner->second, "measured_ms");
    if (time && other && *time > 0 && *other > 0) log_time.add(std::log(*time / *other));
  }
  ratio.hit_rate = hits.value().value_or(0);
  ratio.accuracy = accuracy.value();
  if (ratio.accuracy && reference_accuracy.value().value_or(0) > 0) {
    ratio.accuracy_ratio = *ratio.accuracy / *reference_accuracy.value();
  }
  ratio.timed = log_time.count;
  if (log_time.count > 0) ratio.time_ratio = std::exp(*log_time.value());
  return ratio;
}

}  // namespace

std::string reference_method(const CsvTable& results) {
  const std::vector<std::string> methods = results.distinct("method");
  const auto ours = std::find(methods.begin(), methods.end(), "branchline");
  if (ours != methods.end()) return *ours;
  return methods.empty() ? "" : methods.front();
}

std::vector<MethodRatio> method_ratios(const CsvTable& results) {
  std::vector<MethodRatio> ratios;
  const std::string reference = reference_method(results);
  for (const std::string& model : results.distinct("model")) {
    const Rows others = rows_of(results, model, reference);
    for (const std::string& method : results.distinct("method")) {
      MethodRatio ratio = ratio_of(results, rows_of(results, model, method), others);
      if (ratio.rows == 0) continue;
      ratio.model = model;
      ratio.method = method;
      ratios.push_back(std::move(ratio));
    }
  }
  return ratios;
}

}  // namespace branchline::lab
