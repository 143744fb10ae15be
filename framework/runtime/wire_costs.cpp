#include "framework/runtime/wire_costs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

using transport::Codec;

/// Levels of loss: a plan's accuracy is known to a few thousandths at best.
constexpr std::array kLevels = {0.0005, 0.002, 0.005, 0.01, 0.02};
constexpr double kSentWeight = 0.2;
constexpr double kUnmeasuredLinkBytesPerS = 1e6;
constexpr double kClearly = 0.2;
constexpr double kNoticedEncodeNs = 2e5;

/// What is usual while no link is known.
constexpr std::array kPreferred = {Codec::jpeg, Codec::int8, Codec::png, Codec::fp16, Codec::raw};

std::size_t usual_offer(const std::vector<CodecOffer>& offers) {
  for (const Codec codec : kPreferred) {
    for (std::size_t i = 0; i < offers.size(); ++i) {
      if (offers[i].codec == codec && offers[i].usual) return i;
    }
  }
  return 0;
}

bool clearly_differs(double now, double told, double least) {
  return std::abs(now - told) > std::max(kClearly * told, least);
}

graph::CodecOption option_of(const std::string& name, const CodecOffer& offer) {
  const auto on_each_tier = [](double ns) {
    const graph::Nanoseconds time(std::llround(ns));
    return std::vector<std::optional<graph::Nanoseconds>>{time, time};
  };
  return {name, std::llround(offer.bytes), on_each_tier(offer.encode_ns),
          on_each_tier(offer.decode_ns), offer.loss()};
}

}  // namespace

WireCosts::WireCosts(const graph::LayerGraph& graph, const model::ModelManifest& manifest,
                     double slowdown, const std::optional<profile::CodecTable>& measured) {
  for (const graph::ExitPoint& exit : graph.exits) exit_accuracy_.push_back(exit.accuracy);
  CodecOffers offers = codec_offers(graph, manifest, slowdown, measured);
  set_levels(offers);
  for (auto& [value, of_value] : offers) {
    Sending sending;
    sending.learned.resize(of_value.size());
    sending.chosen.assign(levels(), usual_offer(of_value));
    const auto index = static_cast<std::size_t>(value.index);
    if (value.unit == 0 && index < manifest.inputs.size()) {
      sending.options.jpeg_quality = manifest.inputs[index].jpeg_quality;
    }
    sending.offers = std::move(of_value);
    for (std::size_t level = 1; level < levels(); ++level) {
      const CodecOffer* best = fastest(sending, level, kUnmeasuredLinkBytesPerS, false);
      if (best != nullptr) {
        sending.chosen[level] = static_cast<std::size_t>(best - sending.offers.data());
      }
    }
    sendings_.emplace(value, std::move(sending));
  }
}

/// A level is worth having when it allows a codec that the one below does not.
void WireCosts::set_levels(const CodecOffers& offers) {
  most_loss_ = {0, kLevels.front()};
  for (const double loss : kLevels) {
    const bool allows_more = std::any_of(offers.begin(), offers.end(), [&](const auto& of_value) {
      return std::any_of(of_value.second.begin(), of_value.second.end(), [&](const auto& offer) {
        return offer.loss() > most_loss_.back() && offer.loss() <= loss;
      });
    });
    if (allows_more) most_loss_.push_back(loss);
  }
}

const CodecOffer* WireCosts::fastest(const Sending& sending, std::size_t level,
                                     double uplink_bytes_per_s, bool packed) const {
  const CodecOffer* best = nullptr;
  double least_ns = 0;
  for (const CodecOffer& offer : sending.offers) {
    if (!allows(level, offer, packed)) continue;
    const double ns = offer.encode_ns + offer.bytes / uplink_bytes_per_s * 1e9 + offer.decode_ns;
    if (best == nullptr || ns < least_ns) {
      best = &offer;
      least_ns = ns;
    }
  }
  return best;
}

void WireCosts::choose_for(double uplink_bytes_per_s, bool packed) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  for (auto& [value, sending] : sendings_) {
    for (std::size_t level = 0; level < levels(); ++level) {
      const CodecOffer* best = fastest(sending, level, uplink_bytes_per_s, packed);
      if (best == nullptr) continue;
      sending.chosen[level] = static_cast<std::size_t>(best - sending.offers.data());
    }
  }
}

const CodecOffer& WireCosts::at(graph::ValueId value, std::size_t level) const {
  static const CodecOffer kUnknownValue;
  const auto found = sendings_.find(value);
  if (found == sendings_.end()) return kUnknownValue;
  return found->second.offers[found->second.chosen.at(level)];
}

Codec WireCosts::codec(graph::ValueId value, std::size_t level) const {
  const std::lock_guard lock(mutex_);
  return at(value, level).codec;
}

transport::CodecOptions WireCosts::options(graph::ValueId value) const {
  const std::lock_guard lock(mutex_);
  const auto found = sendings_.find(value);
  return found == sendings_.end() ? transport::CodecOptions{} : found->second.options;
}

std::int64_t WireCosts::bytes(graph::ValueId value, std::size_t level) const {
  const std::lock_guard lock(mutex_);
  return std::llround(at(value, level).bytes);
}

Duration WireCosts::encode_time(graph::ValueId value, std::size_t level) const {
  const std::lock_guard lock(mutex_);
  return Duration(std::llround(at(value, level).encode_ns));
}

void WireCosts::add_sent(graph::ValueId value, Codec codec, std::int64_t bytes, Duration encoding) {
  const std::lock_guard lock(mutex_);
  const auto found = sendings_.find(value);
  if (found == sendings_.end()) return;
  Sending& sending = found->second;
  const auto offer = std::find_if(sending.offers.begin(), sending.offers.end(),
                                  [codec](const auto& other) { return other.codec == codec; });
  if (offer == sending.offers.end()) return;
  ++changes_;
  Learned& learned = sending.learned[static_cast<std::size_t>(offer - sending.offers.begin())];
  if (!learned.sent) {
    learned = {true, offer->bytes, offer->encode_ns};
    offer->bytes = static_cast<double>(bytes);
    offer->encode_ns = static_cast<double>(encoding.count());
  }
  offer->bytes += kSentWeight * (static_cast<double>(bytes) - offer->bytes);
  offer->encode_ns += kSentWeight * (static_cast<double>(encoding.count()) - offer->encode_ns);
  if (clearly_differs(offer->bytes, learned.told_bytes, 0) ||
      clearly_differs(offer->encode_ns, learned.told_encode_ns, kNoticedEncodeNs)) {
    learned.told_bytes = offer->bytes;
    learned.told_encode_ns = offer->encode_ns;
    ++version_;
  }
}

std::optional<double> WireCosts::accuracy(int exit, const std::vector<graph::ValueId>& crossing,
                                          std::size_t level) const {
  const std::optional<double> alone = exit_accuracy_.at(static_cast<std::size_t>(exit));
  if (!alone) return std::nullopt;
  const std::lock_guard lock(mutex_);
  double loss = 0;
  for (const graph::ValueId& value : crossing) {
    loss = std::max(loss, at(value, level).loss_at(exit));
  }
  return *alone - loss;
}

std::vector<WireCosts::Crossing> WireCosts::crossings(int exit,
                                                      const std::vector<graph::ValueId>& values,
                                                      std::size_t first, std::size_t last) const {
  const std::lock_guard lock(mutex_);
  std::vector<Crossing> ways;
  for (std::size_t level = first; level <= last; ++level) {
    const bool as_below = !ways.empty() && std::all_of(values.begin(), values.end(), [&](auto id) {
      return at(id, level).codec == at(id, ways.back().level).codec;
    });
    if (as_below) continue;
    double bytes = 0, encode_ns = 0, decode_ns = 0;
    Crossing& way = ways.emplace_back();
    way.level = level;
    for (const graph::ValueId& value : values) {
      const CodecOffer& offer = at(value, level);
      way.codecs.push_back(offer.codec);
      bytes += offer.bytes;
      encode_ns += offer.encode_ns;
      decode_ns += offer.decode_ns;
      way.loss = std::max(way.loss, offer.loss_at(exit));
    }
    way.bytes = std::llround(bytes);
    way.encode = Duration(std::llround(encode_ns));
    way.decode = Duration(std::llround(decode_ns));
  }
  return ways;
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

bool WireCosts::allows(std::size_t level, const CodecOffer& offer, bool packed) const {
  if (!packed && transport::packing_of(offer.codec) != transport::Packing::none) return false;
  return level == kUsual ? offer.usual && offer.measured : offer.loss() <= most_loss_[level];
}

CodecOffer WireCosts::all_smallest(const graph::Unit& unit, std::size_t level, bool packed) const {
  CodecOffer all;
  for (std::size_t index = 0; index < unit.outputs.size(); ++index) {
    const CodecOffer* smallest = nullptr;
    for (const CodecOffer& offer :
         sendings_.at({unit.id, static_cast<std::int32_t>(index)}).offers) {
      const bool smaller = smallest == nullptr || offer.bytes < smallest->bytes;
      if (smaller && allows(level, offer, packed)) smallest = &offer;
    }
    BL_EXPECT(smallest != nullptr, "raw is always allowed");
    all.bytes += smallest->bytes;
    all.encode_ns += smallest->encode_ns;
    all.decode_ns += smallest->decode_ns;
    all.losses = {std::max(all.loss(), smallest->loss())};
  }
  return all;
}

graph::LayerGraph WireCosts::with_codecs(graph::LayerGraph graph, std::size_t level,
                                         bool packed) const {
  BL_EXPECT(level != kUsual, "the usual level is one choice, not many");
  const std::lock_guard lock(mutex_);
  for (graph::Unit& unit : graph.units) {
    unit.codecs.clear();
    if (unit.outputs.size() == 1) {
      for (const CodecOffer& offer : sendings_.at({unit.id, 0}).offers) {
        if (offer.codec == Codec::raw || !allows(level, offer, packed)) continue;
        unit.codecs.push_back(option_of(transport::name_of(offer.codec), offer));
      }
    } else if (!unit.outputs.empty()) {
      unit.codecs.push_back(option_of("smallest", all_smallest(unit, level, packed)));
    }
  }
  return graph;
}

std::uint64_t WireCosts::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace branchline::runtime
