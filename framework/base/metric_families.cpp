#include "framework/base/metric_families.h"

#include <prometheus/text_serializer.h>

#include <utility>

namespace branchline {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

double metric_seconds(Duration duration) noexcept {
  return std::chrono::duration<double>(duration).count();
}

std::vector<double> metric_seconds(const std::vector<Duration>& durations) {
  std::vector<double> seconds;
  seconds.reserve(durations.size());
  for (const Duration duration : durations) seconds.push_back(metric_seconds(duration));
  return seconds;
}

/// Prometheus' buckets hold what the smaller ones hold, too.
void add_histogram(const std::vector<double>& bounds, const std::vector<std::uint64_t>& counts,
                   double sum, ClientMetric metric, MetricFamily& family) {
  std::uint64_t held = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    held += counts[i];
    if (i < bounds.size()) metric.histogram.bucket.push_back({held, bounds[i]});
  }
  metric.histogram.sample_count = held;
  metric.histogram.sample_sum = sum;
  family.metric.push_back(std::move(metric));
}

ClientMetric labelled(const std::string& name, const std::string& value) {
  ClientMetric metric;
  if (!name.empty()) metric.label.push_back({name, value});
  return metric;
}

MetricFamily counter_family(const std::string& name, const std::string& help,
                            const std::string& label,
                            const std::map<std::string, std::uint64_t>& counts) {
  MetricFamily family{name, help, MetricType::Counter, {}};
  for (const auto& [value, count] : counts) {
    family.metric.push_back(labelled(label, value));
    family.metric.back().counter.value = static_cast<double>(count);
  }
  return family;
}

MetricFamily gauge_family(const std::string& name, const std::string& help, double value) {
  MetricFamily family{name, help, MetricType::Gauge, {ClientMetric{}}};
  family.metric.back().gauge.value = value;
  return family;
}

std::string metric_text(const std::vector<MetricFamily>& families) {
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace branchline
