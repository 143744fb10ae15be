#include "framework/runtime/wire_costs.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace branchline::runtime {
namespace {

using transport::Codec;

constexpr double kJpegMayCost = 0.02;
constexpr double kInt8MayCost = 0.005;
constexpr double kSentWeight = 0.2;

// First guesses, replaced by the first measurement.
constexpr double kPictureNsPerByte = 10;
constexpr double kFloatNsPerElement = 1;

}  // namespace

WireCosts::WireCosts(const graph::LayerGraph& graph, const model::ModelManifest& manifest,
                     double slowdown, std::optional<profile::CodecTable> measured)
    : manifest_(manifest), measured_(std::move(measured)) {
  for (const graph::ExitPoint& exit : graph.exits) exit_accuracy_.push_back(exit.accuracy);
  for (const graph::Unit& unit : graph.units) {
    for (std::size_t index = 0; index < unit.outputs.size(); ++index) {
      const graph::ValueId value{unit.id, static_cast<std::int32_t>(index)};
      costs_[value] = first_guess(value, unit.outputs[index], slowdown);
    }
  }
  if (measured_) list_offers(graph, slowdown);
}

/// Rows speak of all that a unit sends: they say what one value costs where there is only one.
void WireCosts::list_offers(const graph::LayerGraph& graph, double slowdown) {
  for (const profile::CodecRow& row : measured_->rows) {
    if (row.unit < 0 || row.unit >= graph.unit_count()) continue;
    const graph::Unit& unit = graph.units[static_cast<std::size_t>(row.unit)];
    const Codec codec = transport::codec_from_name(row.codec, "the measured codecs");
    const double may_cost = codec == Codec::jpeg ? kJpegMayCost : kInt8MayCost;
    const bool loses_little = profile::accuracy_loss(*measured_, row) <= may_cost + 1e-9;
    if (unit.outputs.size() != 1 || !loses_little) continue;
    offers_[{row.unit, 0}].push_back({codec, row.bytes,
                                      static_cast<double>(row.encode.count()) * slowdown,
                                      static_cast<double>(row.decode.count())});
  }
}

void WireCosts::choose_for(double uplink_bytes_per_s, bool packed) {
  const std::lock_guard lock(mutex_);
  for (const auto& [value, offers] : offers_) {
    const Offer* best = nullptr;
    double least_ns = 0;
    for (const Offer& offer : offers) {
      if (!packed && transport::packing_of(offer.codec) != transport::Packing::none) continue;
      const double ns = offer.encode_ns + offer.bytes / uplink_bytes_per_s * 1e9 + offer.decode_ns;
      if (best == nullptr || ns < least_ns) {
        best = &offer;
        least_ns = ns;
      }
    }
    Cost& cost = costs_[value];
    if (best == nullptr || cost.codec == best->codec) continue;
    cost = {best->codec, cost.options, best->bytes, best->encode_ns, false};
  }
}

WireCosts::Cost WireCosts::first_guess(graph::ValueId value, const graph::TensorSpec& spec,
                                       double slowdown) const {
  Cost cost;
  cost.codec = choose(value, spec);
  const auto index = static_cast<std::size_t>(value.index);
  if (value.unit == 0 && index < manifest_.inputs.size()) {
    cost.options.jpeg_quality = manifest_.inputs[index].jpeg_quality;
  }
  cost.bytes = static_cast<double>(transport::expected_bytes(cost.codec, spec.type, spec.shape));
  const bool picture = cost.codec == Codec::jpeg || cost.codec == Codec::png;
  if (picture) cost.encode_ns = kPictureNsPerByte * static_cast<double>(spec.bytes()) * slowdown;
  if (cost.codec == Codec::int8 || cost.codec == Codec::fp16) {
    cost.encode_ns = kFloatNsPerElement * static_cast<double>(element_count(spec.shape)) * slowdown;
  }
  return cost;
}

Codec WireCosts::choose(graph::ValueId value, const graph::TensorSpec& spec) const {
  const auto index = static_cast<std::size_t>(value.index);
  const bool picture = value.unit == 0 && index < manifest_.inputs.size() &&
                       manifest_.inputs[index].is_image &&
                       transport::can_encode(Codec::png, spec.type, spec.shape);
  if (picture) return costs_at_most("jpeg", kJpegMayCost) ? Codec::jpeg : Codec::png;
  if (!transport::can_encode(Codec::fp16, spec.type, spec.shape)) return Codec::raw;
  return costs_at_most("int8", kInt8MayCost) ? Codec::int8 : Codec::fp16;
}

bool WireCosts::costs_at_most(const std::string& codec, double loss) const {
  for (const model::CodecAccuracy& measured : manifest_.codecs) {
    if (measured.codec != codec || measured.accuracy.size() != exit_accuracy_.size()) continue;
    for (std::size_t exit = 0; exit < exit_accuracy_.size(); ++exit) {
      const bool within =
          exit_accuracy_[exit] && *exit_accuracy_[exit] - measured.accuracy[exit] <= loss + 1e-9;
      if (!within) return false;
    }
    return true;
  }
  return false;  // a cost that was never measured is no small one
}

WireCosts::Cost WireCosts::cost(graph::ValueId value) const {
  const std::lock_guard lock(mutex_);
  const auto found = costs_.find(value);
  return found == costs_.end() ? Cost{} : found->second;
}

Codec WireCosts::codec(graph::ValueId value) const { return cost(value).codec; }

transport::CodecOptions WireCosts::options(graph::ValueId value) const {
  return cost(value).options;
}

std::int64_t WireCosts::bytes(graph::ValueId value) const {
  return std::llround(cost(value).bytes);
}

Duration WireCosts::encode_time(graph::ValueId value) const {
  return Duration(std::llround(cost(value).encode_ns));
}

void WireCosts::add_sent(graph::ValueId value, std::int64_t bytes, Duration encoding) {
  const std::lock_guard lock(mutex_);
  Cost& cost = costs_[value];
  const double weight = cost.sent ? kSentWeight : 1;
  cost.sent = true;
  cost.bytes += weight * (static_cast<double>(bytes) - cost.bytes);
  cost.encode_ns += weight * (static_cast<double>(encoding.count()) - cost.encode_ns);
}

std::optional<double> WireCosts::accuracy(int exit,
                                          const std::vector<graph::ValueId>& crossing) const {
  const auto index = static_cast<std::size_t>(exit);
  std::optional<double> accuracy = exit_accuracy_.at(index);
  if (!accuracy) return std::nullopt;
  for (const graph::ValueId& value : crossing) {
    const std::string name = transport::name_of(transport::unpacked(codec(value)));
    if (const auto measured = measured_accuracy(value, name, index)) {
      accuracy = std::min(*accuracy, *measured);
      continue;
    }
    for (const model::CodecAccuracy& measured : manifest_.codecs) {
      const bool applies = measured.codec == name && index < measured.accuracy.size();
      if (applies) accuracy = std::min(*accuracy, measured.accuracy[index]);
    }
  }
  return accuracy;
}

std::optional<double> WireCosts::measured_accuracy(graph::ValueId value, const std::string& codec,
                                                   std::size_t exit) const {
  if (!measured_ || offers_.count(value) == 0) return std::nullopt;
  for (const profile::CodecRow& row : measured_->rows) {
    const bool applies = row.unit == value.unit && row.codec == codec && exit < row.accuracy.size();
    if (applies) return row.accuracy[exit];
  }
  return std::nullopt;
}

graph::LayerGraph WireCosts::with_wire_bytes(graph::LayerGraph graph) const {
  for (graph::Unit& unit : graph.units) {
    if (unit.outputs.empty()) continue;
    unit.output_bytes = 0;
    for (std::size_t index = 0; index < unit.outputs.size(); ++index) {
      unit.output_bytes += bytes({unit.id, static_cast<std::int32_t>(index)});
    }
  }
  return graph;
}

}  // namespace branchline::runtime
