#include "framework/runtime/codec_offers.h"

#include <algorithm>
#include <string>
#include <utility>

namespace branchline::runtime {
namespace {

using transport::Codec;

constexpr double kJpegMayCost = 0.02;
constexpr double kOthersMayCost = 0.005;

// First guesses, replaced by the first measurement.
constexpr double kPictureNsPerByte = 10;
constexpr double kFloatNsPerElement = 1;

bool costs_nobody_minds(const CodecOffer& offer) {
  const double may_cost = offer.codec == Codec::jpeg ? kJpegMayCost : kOthersMayCost;
  return offer.loss() <= may_cost + 1e-9;
}

/// Of the manifest's codec; nullopt when it was never measured at every exit.
std::optional<std::vector<double>> manifest_losses(const graph::LayerGraph& graph,
                                                   const model::ModelManifest& manifest,
                                                   Codec codec) {
  const std::string name = transport::name_of(transport::unpacked(codec));
  for (const model::CodecAccuracy& measured : manifest.codecs) {
    if (measured.codec != name || measured.accuracy.size() != graph.exits.size()) continue;
    std::vector<double> losses;
    for (std::size_t exit = 0; exit < graph.exits.size(); ++exit) {
      if (!graph.exits[exit].accuracy) return std::nullopt;
      losses.push_back(std::max(0.0, *graph.exits[exit].accuracy - measured.accuracy[exit]));
    }
    return losses;
  }
  return std::nullopt;
}

/// The table's pictures are not the manifest's: only differences count.
CodecOffer offer_of(const profile::CodecTable& table, const profile::CodecRow& row,
                    double slowdown) {
  CodecOffer offer;
  offer.codec = transport::codec_from_name(row.codec, "the measured codecs");
  offer.bytes = row.bytes;
  offer.encode_ns = static_cast<double>(row.encode.count()) * slowdown;
  offer.decode_ns = static_cast<double>(row.decode.count());
  const double worst = std::max(0.0, profile::accuracy_loss(table, row));
  for (std::size_t exit = 0; exit < row.accuracy.size(); ++exit) {
    const auto& accuracy = row.accuracy[exit];
    offer.losses.push_back(accuracy ? std::max(0.0, table.exit_accuracy[exit] - *accuracy) : worst);
  }
  offer.measured = true;
  return offer;
}

/// Codecs that may carry a value without having been measured at it.
std::vector<Codec> plain_codecs(const graph::TensorSpec& spec, bool picture) {
  std::vector<Codec> codecs = {Codec::raw};
  for (const Codec codec : {Codec::png, Codec::jpeg}) {
    if (picture && transport::can_encode(codec, spec.type, spec.shape)) codecs.push_back(codec);
  }
  for (const Codec codec : {Codec::fp16, Codec::int8}) {
    if (transport::can_encode(codec, spec.type, spec.shape)) codecs.push_back(codec);
  }
  return codecs;
}

CodecOffer guess(Codec codec, const graph::TensorSpec& spec, double slowdown) {
  CodecOffer offer;
  offer.codec = codec;
  offer.bytes = static_cast<double>(transport::expected_bytes(codec, spec.type, spec.shape));
  if (codec == Codec::jpeg || codec == Codec::png) {
    offer.decode_ns = kPictureNsPerByte * static_cast<double>(spec.bytes());
  } else if (codec != Codec::raw) {
    offer.decode_ns = kFloatNsPerElement * static_cast<double>(element_count(spec.shape));
  }
  offer.encode_ns = offer.decode_ns * slowdown;
  return offer;
}

bool is_lossy(Codec codec) { return codec != Codec::raw && codec != Codec::png; }

}  // namespace

double CodecOffer::loss() const {
  return losses.empty() ? 0 : *std::max_element(losses.begin(), losses.end());
}

double CodecOffer::loss_at(int exit) const {
  return losses.empty() ? 0 : losses.at(static_cast<std::size_t>(exit));
}

CodecOffers codec_offers(const graph::LayerGraph& graph, const model::ModelManifest& manifest,
                         double slowdown, const std::optional<profile::CodecTable>& table) {
  CodecOffers all;
  if (table) {
    for (const profile::CodecRow& row : table->rows) {
      if (row.unit < 0 || row.unit >= graph.unit_count()) continue;
      if (graph.units[static_cast<std::size_t>(row.unit)].outputs.size() != 1) continue;
      all[{row.unit, 0}].push_back(offer_of(*table, row, slowdown));
    }
  }
  for (const graph::Unit& unit : graph.units) {
    for (std::size_t index = 0; index < unit.outputs.size(); ++index) {
      const graph::TensorSpec& spec = unit.outputs[index];
      const bool picture =
          unit.id == 0 && index < manifest.inputs.size() && manifest.inputs[index].is_image;
      std::vector<CodecOffer>& offers = all[{unit.id, static_cast<std::int32_t>(index)}];
      for (const Codec codec : plain_codecs(spec, picture)) {
        const bool there = std::any_of(offers.begin(), offers.end(),
                                       [codec](const auto& offer) { return offer.codec == codec; });
        const auto losses = manifest_losses(graph, manifest, codec);
        if (there || (is_lossy(codec) && codec != Codec::fp16 && !losses)) continue;
        CodecOffer offer = guess(codec, spec, slowdown);
        if (losses && is_lossy(codec)) offer.losses = *losses;
        offers.push_back(std::move(offer));
      }
      for (CodecOffer& offer : offers) offer.usual = costs_nobody_minds(offer);
    }
  }
  return all;
}

}  // namespace branchline::runtime
