#include "apps/health/prometheus_text.h"

#include <prometheus/metric_family.h>

#include <utility>

#include "framework/base/metric_families.h"

namespace branchline::apps {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void add_times(const DurationCounts& times, ClientMetric metric, MetricFamily& family) {
  add_histogram(metric_seconds(times.bounds), times.counts, metric_seconds(times.sum),
                std::move(metric), family);
}

MetricFamily queue_family(const EdgeMetrics& metrics) {
  MetricFamily family{"branchlined_queue_seconds",
                      "Waiting times of requests that were computed",
                      MetricType::Histogram,
                      {}};
  add_times(metrics.queued, {}, family);
  return family;
}

MetricFamily compute_family(const EdgeMetrics& metrics) {
  MetricFamily family{"branchlined_compute_seconds",
                      "Compute times of answers, by exit, 1 the earliest",
                      MetricType::Histogram,
                      {}};
  for (std::size_t i = 0; i < metrics.computed.size(); ++i) {
    add_times(metrics.computed[i], labelled("exit", std::to_string(i + 1)), family);
  }
  return family;
}

/// A run counts in the bucket of the requests it took at most, so the sum is of those bounds.
MetricFamily batch_family(const EdgeMetrics& metrics) {
  MetricFamily family{"branchlined_batch_size",
                      "Requests of one run of a plan's slices",
                      MetricType::Histogram,
                      {}};
  ClientMetric metric;
  std::uint64_t runs = 0, requests = 0;
  for (const auto& [size, count] : metrics.batches) {
    runs += count;
    requests += count * static_cast<std::uint64_t>(size);
    metric.histogram.bucket.push_back({runs, static_cast<double>(size)});
  }
  metric.histogram.sample_count = runs;
  metric.histogram.sample_sum = static_cast<double>(requests);
  family.metric.push_back(std::move(metric));
  return family;
}

MetricFamily build_family(const EdgeFacts& facts) {
  MetricFamily family = gauge_family("branchlined_build_info", "1; the labels tell the build", 1);
  family.metric.back().label = {
      {"version", facts.version}, {"commit", facts.commit}, {"libtorch", facts.libtorch}};
  return family;
}

}  // namespace

std::string prometheus_text(const HealthReport& report) {
  const EdgeMetrics& metrics = report.metrics;
  const auto number = [](auto count) { return static_cast<double>(count); };
  const bool draining = report.phase == EdgePhase::draining;
  return metric_text({
      queue_family(metrics),
      compute_family(metrics),
      batch_family(metrics),
      counter_family("branchlined_expired_total", "Requests whose budget ran out, by where",
                     "stage", metrics.expired),
      counter_family("branchlined_refused_total", "Requests turned away, by why", "why",
                     metrics.refused),
      counter_family("branchlined_overloaded_total", "Of the refused, those overloaded, by why",
                     "why", metrics.overloaded),
      counter_family("branchlined_cancelled_total", "Requests dropped: nobody waited any more", "",
                     {{"", metrics.cancelled}}),
      counter_family("branchlined_wire_bytes_total", "Bytes of messages, whole frames", "direction",
                     {{"in", metrics.bytes_in}, {"out", metrics.bytes_out}}),
      gauge_family("branchlined_connections", "Connections of devices",
                   number(metrics.connections)),
      gauge_family("branchlined_inflight", "Requests that wait or are computed",
                   number(metrics.in_flight)),
      gauge_family("branchlined_waiting", "Requests that wait, looked at once a second",
                   number(report.status.waiting)),
      gauge_family("branchlined_queue_estimate_seconds",
                   "Wait that a request would meet, looked at once a second",
                   metric_seconds(report.status.queue)),
      gauge_family("branchlined_workers", "Compute threads", number(report.facts.workers)),
      gauge_family("branchlined_ready", "1 when new work is welcome", report.ready() ? 1 : 0),
      gauge_family("branchlined_draining", "1 after SIGTERM", draining ? 1 : 0),
      gauge_family("branchlined_uptime_seconds", "Time since the start",
                   metric_seconds(report.uptime)),
      build_family(report.facts),
  });
}

}  // namespace branchline::apps
