#include "apps/lab/sweep/layer_times.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "apps/lab/sweep/plan_sample.h"
#include "apps/lab/sweep/sample_statistics.h"
#include "framework/base/error.h"
#include "framework/profile/exit_segments.h"

namespace branchline::lab {
namespace {

constexpr int kWarmUp = 3, kRuns = 21;

const graph::Unit& unit_of(const graph::LayerGraph& graph, const LayerTime& layer) {
  return graph.units.at(static_cast<std::size_t>(layer.unit));
}

Duration from_ns(double ns) { return Duration(std::llround(ns)); }

std::string formula_of(const profile::LayerFit& fit) {
  std::string text = fmt::format("ms = {:.4g}", fit.intercept / 1e6);
  for (std::size_t i = 0; i < fit.variables.size(); ++i) {
    text += fmt::format(" + {:.4g} * {}", fit.coefficients[i] / 1e6, fit.variables[i]);
  }
  return text;
}

/// Share of the spread of one kind's layers that the regression explains.
double r_squared(const graph::LayerGraph& graph, const std::vector<LayerTime>& layers,
                 const profile::TimeRegression& fit, const std::string& kind) {
  double count = 0, sum = 0, squares = 0, residuals = 0;
  for (const LayerTime& layer : layers) {
    const graph::Unit& unit = unit_of(graph, layer);
    if (unit.type != kind) continue;
    const double time = to_ms(layer.median);
    const double error = time - to_ms(fit.predict(kind, unit.features));
    ++count;
    sum += time;
    squares += time * time;
    residuals += error * error;
  }
  const double spread = squares - sum * sum / count;
  return spread > 0 ? 1 - residuals / spread : 0;
}

constexpr const char* kLayersSchema = "branchline.lab_layers/1";

nlohmann::json layers_json(const std::vector<LayerTime>& layers) {
  nlohmann::json list = nlohmann::json::array();
  for (const LayerTime& layer : layers) {
    list.push_back({layer.unit, layer.median.count(), layer.low.count(), layer.high.count()});
  }
  return list;
}

std::vector<LayerTime> layers_from(const nlohmann::json& list) {
  std::vector<LayerTime> layers;
  for (const nlohmann::json& layer : list) {
    const auto time = [&](std::size_t i) { return Duration(layer.at(i).get<std::int64_t>()); };
    layers.push_back({layer.at(0), time(1), time(2), time(3)});
  }
  return layers;
}

}  // namespace

std::string to_json(const LayerTimes& times) {
  return nlohmann::json({{"schema", kLayersSchema},
                         {"measured_slowdown", times.measured_slowdown},
                         {"device", layers_json(times.device)},
                         {"edge", layers_json(times.edge)}})
             .dump() +
         "\n";
}

LayerTimes layer_times_from_json(const std::string& text, const std::string& where) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    if (json.at("schema") != kLayersSchema) {
      throw InputError("it is of another version", where, "take another folder: -o");
    }
    return {layers_from(json.at("device")), layers_from(json.at("edge")),
            json.at("measured_slowdown")};
  } catch (const nlohmann::json::exception& error) {
    throw InputError(error.what(), where, "take another folder: -o");
  }
}

std::vector<LayerTime> time_layers(const graph::LayerGraph& graph, const profile::RunSlice& run,
                                   double slowdown) {
  std::vector<LayerTime> layers;
  for (const graph::Unit& unit : graph.units) {
    if (unit.id == 0) continue;
    std::vector<double> times;
    for (const Duration time : run(profile::alone(unit), kWarmUp, kRuns)) {
      times.push_back(slowdown * static_cast<double>(time.count()));
    }
    const Estimate median = median_of(std::move(times));
    layers.push_back({unit.id, from_ns(median.value), from_ns(median.low), from_ns(median.high)});
  }
  return layers;
}

profile::TimeRegression regression_of(const graph::LayerGraph& graph,
                                      const std::vector<LayerTime>& layers) {
  std::vector<profile::LayerSample> samples;
  for (const LayerTime& layer : layers) {
    const graph::Unit& unit = unit_of(graph, layer);
    samples.push_back({unit.type, unit.features, layer.median});
  }
  return profile::TimeRegression::fit(samples);
}

std::string layers_csv_header() {
  return "model,unit,name,device_ms,device_low_ms,device_high_ms,edge_ms,output_bytes\n";
}

std::string layers_csv(const std::string& model, const graph::LayerGraph& graph,
                       const LayerTimes& times) {
  std::string csv;
  for (std::size_t i = 0; i < times.device.size(); ++i) {
    const LayerTime& device = times.device[i];
    const graph::Unit& unit = unit_of(graph, device);
    csv += fmt::format("{},{},{},{:.6g},{:.6g},{:.6g},{:.6g},{}\n", model, unit.id, unit.name,
                       to_ms(device.median), to_ms(device.low), to_ms(device.high),
                       to_ms(times.edge.at(i).median), unit.output_bytes);
  }
  return csv;
}

std::string regressions_csv_header() {
  return "model,tier,kind,formula,intercept_ms,coefficient1,coefficient2,r2,samples\n";
}

std::string regressions_csv(const std::string& model, const graph::LayerGraph& graph,
                            const LayerTimes& times) {
  std::string csv;
  for (const auto& [tier, layers] :
       {std::pair("device", &times.device), std::pair("edge", &times.edge)}) {
    const profile::TimeRegression regression = regression_of(graph, *layers);
    for (const auto& [kind, fit] : regression.fits()) {
      std::string cells = fmt::format("{:.6g}", fit.intercept / 1e6);
      for (std::size_t i = 0; i < 2; ++i) {
        cells += i < fit.coefficients.size() ? fmt::format(",{:.6g}", fit.coefficients[i] / 1e6)
                                             : std::string(",");
      }
      csv += fmt::format("{},{},{},{},{},{:.4g},{}\n", model, tier, kind, formula_of(fit), cells,
                         r_squared(graph, *layers, regression, kind), fit.samples);
    }
  }
  return csv;
}

}  // namespace branchline::lab
