#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "framework/graph/unit.h"

namespace branchline::profile {

/// One measured layer.
struct LayerSample {
  std::string type;  ///< Unit::type
  graph::LayerFeatures features;
  Duration time{0};
};

/// A fitted line: time = intercept + sum of coefficients * variables, all of them >= 0.
struct LayerFit {
  std::vector<std::string> variables;  ///< names, in the order of the coefficients
  std::vector<double> coefficients;    ///< ns per unit of the variable
  double intercept = 0;                ///< ns
  int samples = 0;
  double mean_error = 0;  ///< mean of |predicted - measured| / measured over the samples
};

/// Predicts the time of a layer from its type and sizes, for models that were not profiled.
///
/// Variables are those of Edgent's Table I: convolutions take input bytes and (filter / stride)^2 *
/// filters; activations, normalisations and dropout take input bytes; all others, pooling and
/// fully connected layers among them, take input and output bytes. Fits are non-negative (the
/// published ones predict negative times) and minimise the relative error, so that a network of
/// many small layers counts as much as one of few big ones. A type that no sample had uses one fit
/// over all samples. Li et al., "Edge intelligence: on-demand deep learning model co-inference with
/// device-edge synergy", MECOMM 2018, Table I.
class TimeRegression {
 public:
  /// @param samples  of one machine with one thread count; not empty
  static TimeRegression fit(const std::vector<LayerSample>& samples);

  Duration predict(const std::string& type, const graph::LayerFeatures& features) const;

  const std::map<std::string, LayerFit>& fits() const { return fits_; }
  const LayerFit& any() const { return any_; }

 private:
  std::map<std::string, LayerFit> fits_;
  LayerFit any_;
};

}  // namespace branchline::profile
