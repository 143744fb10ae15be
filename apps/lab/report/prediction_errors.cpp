#include "apps/lab/report/prediction_errors.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace branchline::lab {

std::optional<PredictionErrors> prediction_errors(const CsvTable& results) {
  std::set<std::string> seen;
  std::vector<double> errors;
  for (std::size_t row = 0; row < results.rows(); ++row) {
    const auto predicted = results.number(row, "predicted_ms");
    const auto measured = results.number(row, "measured_ms");
    if (!predicted || !measured || *measured <= 0) continue;
    std::string plan;
    for (const char* column : {"model", "link", "exit", "cut", "codec", "measured_ms"})
      plan += results.text(row, column) + '\n';
    if (seen.insert(plan).second) errors.push_back(std::abs(*predicted - *measured) / *measured);
  }
  if (errors.empty()) return std::nullopt;
  std::sort(errors.begin(), errors.end());
  const auto at = [&](double share) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(errors.size())));
    return errors[std::max<std::size_t>(rank, 1) - 1];
  };
  return PredictionErrors{errors.size(), at(0.5), at(0.9)};
}

Figure prediction_figure() {
  Figure figure;
  figure.id = "prediction";
  figure.title = "Predicted against measured end-to-end time";
  figure.kind = FigureKind::scatter;
  figure.from = "results.csv";
  figure.x = "predicted_ms";
  figure.x_label = "predicted / ms";
  figure.log_x = true;
  figure.diagonal = true;
  FigureLane lane;
  lane.y = {"measured_ms"};
  lane.low = {"measured_low_ms"};
  lane.high = {"measured_high_ms"};
  lane.series = {"place"};
  lane.label = "measured / ms";
  lane.log = true;
  figure.lanes = {lane};
  return figure;
}

}  // namespace branchline::lab
