#include "framework/profile/time_regression.h"

#include <algorithm>
#include <cmath>

#include "framework/base/error.h"
#include "framework/profile/non_negative_least_squares.h"

namespace branchline::profile {
namespace {

std::vector<std::string> variables_of(const std::string& type) {
  if (type == "conv") return {"input_bytes", "filter_term"};
  if (type == "relu" || type == "activation" || type == "norm" || type == "lrn" ||
      type == "dropout") {
    return {"input_bytes"};
  }
  return {"input_bytes", "output_bytes"};
}

double value_of(const std::string& variable, const graph::LayerFeatures& features) {
  if (variable == "input_bytes") return static_cast<double>(features.input_bytes);
  if (variable == "output_bytes") return static_cast<double>(features.output_bytes);
  return features.filter_term;
}

double line_at(const LayerFit& fit, const graph::LayerFeatures& features) {
  double time = fit.intercept;
  for (std::size_t i = 0; i < fit.variables.size(); ++i) {
    time += fit.coefficients[i] * value_of(fit.variables[i], features);
  }
  return time;
}

/// Clocks and caches blur anything shorter: such layers weigh no more than this one.
constexpr double kShortestNs = 1000;

double mean_error_of(const LayerFit& fit, const std::vector<const LayerSample*>& samples) {
  double sum = 0;
  for (const LayerSample* sample : samples) {
    const auto measured = static_cast<double>(sample->time.count());
    sum += std::abs(line_at(fit, sample->features) - measured) / std::max(kShortestNs, measured);
  }
  return sum / static_cast<double>(samples.size());
}

LayerFit fit_line(const std::vector<const LayerSample*>& samples,
                  std::vector<std::string> variables) {
  const auto rows = static_cast<Eigen::Index>(samples.size());
  const auto columns = static_cast<Eigen::Index>(variables.size()) + 1;
  Eigen::MatrixXd a(rows, columns);
  Eigen::VectorXd b(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const LayerSample& sample = *samples[static_cast<std::size_t>(i)];
    const auto measured = static_cast<double>(sample.time.count());
    const double weight = 1 / std::max(kShortestNs, measured);
    for (std::size_t j = 0; j < variables.size(); ++j) {
      a(i, static_cast<Eigen::Index>(j)) = weight * value_of(variables[j], sample.features);
    }
    a(i, columns - 1) = weight;
    b(i) = weight * measured;
  }
  const Eigen::VectorXd x = non_negative_least_squares(a, b);
  LayerFit fit;
  fit.variables = std::move(variables);
  fit.coefficients.assign(x.data(), x.data() + columns - 1);
  fit.intercept = x(columns - 1);
  fit.samples = static_cast<int>(rows);
  fit.mean_error = mean_error_of(fit, samples);
  return fit;
}

}  // namespace

TimeRegression TimeRegression::fit(const std::vector<LayerSample>& samples) {
  BL_EXPECT(!samples.empty(), "no measured layers to fit");
  std::map<std::string, std::vector<const LayerSample*>> by_type;
  std::vector<const LayerSample*> all;
  for (const LayerSample& sample : samples) {
    by_type[sample.type].push_back(&sample);
    all.push_back(&sample);
  }
  TimeRegression regression;
  for (const auto& [type, group] : by_type) {
    regression.fits_[type] = fit_line(group, variables_of(type));
  }
  regression.any_ = fit_line(all, {"input_bytes", "output_bytes"});
  return regression;
}

Duration TimeRegression::predict(const std::string& type,
                                 const graph::LayerFeatures& features) const {
  const auto found = fits_.find(type);
  return Duration(std::llround(line_at(found == fits_.end() ? any_ : found->second, features)));
}

}  // namespace branchline::profile
