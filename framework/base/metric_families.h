#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline {

/// The pieces that Prometheus texts are made of; who uses them links bl_prometheus. Durations
/// become seconds. Stateless.

double metric_seconds(Duration duration) noexcept;

std::vector<double> metric_seconds(const std::vector<Duration>& durations);

/// A metric with one label; with none when `name` is empty.
prometheus::ClientMetric labelled(const std::string& name, const std::string& value);

/// A metric of a histogram.
/// @param bounds  ascending
/// @param counts  of what each bucket alone holds; one more for what is above the last bound
void add_histogram(const std::vector<double>& bounds, const std::vector<std::uint64_t>& counts,
                   double sum, prometheus::ClientMetric metric, prometheus::MetricFamily& family);

/// A count for each value of `label`; an empty label: one count without.
prometheus::MetricFamily counter_family(const std::string& name, const std::string& help,
                                        const std::string& label,
                                        const std::map<std::string, std::uint64_t>& counts);

prometheus::MetricFamily gauge_family(const std::string& name, const std::string& help,
                                      double value);

/// The text format 0.0.4.
std::string metric_text(const std::vector<prometheus::MetricFamily>& families);

}  // namespace branchline
