#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/model/model_manifest.h"
#include "framework/profile/codec_table.h"
#include "transport/codec.h"

namespace branchline::runtime {

/// One way to send a value, and what that costs. A value.
struct CodecOffer {
  transport::Codec codec = transport::Codec::raw;
  double bytes = 0, encode_ns = 0, decode_ns = 0;
  std::vector<double> losses;  ///< of accuracy, by exit, >= 0; empty: none
  bool measured = false;       ///< at this very value
  bool usual = false;          ///< loses so little that nobody would mind: see codec_offers

  double loss() const;             ///< the largest
  double loss_at(int exit) const;  ///< index from 0
};

using CodecOffers = std::map<graph::ValueId, std::vector<CodecOffer>>;

/// How each value of a network may be sent. Where a codec was measured at a value the table speaks
/// (its rows tell what one value costs only for units with one output), else the manifest, whose
/// accuracies hold for everything that crosses; bytes and times are then a rule of thumb. A lossy
/// codec that neither speaks of is no offer, except fp16, whose error no network notices.
/// Usual is JPEG for at most 0.02 of accuracy, any other codec for at most 0.005.
/// @param slowdown  of the device, which encodes
CodecOffers codec_offers(const graph::LayerGraph& graph, const model::ModelManifest& manifest,
                         double slowdown, const std::optional<profile::CodecTable>& table);

}  // namespace branchline::runtime
