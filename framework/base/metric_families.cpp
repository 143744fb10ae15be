#include "framework/base/metric_families.h"

#include <prometheus/text_serializer.h>

namespace branchline {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

double metric_seconds(Duration duration) noexcept {
  return std::chrono::duration<double>(duration).count();
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
