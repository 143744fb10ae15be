#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "framework/base/clock.h"
#include "framework/graph/layer_graph.h"
#include "framework/model/model_manifest.h"
#include "framework/profile/codec_table.h"
#include "transport/tensor_codec.h"

namespace branchline::runtime {

/// What it costs to send each value of a network: which codec takes it, how many bytes that makes
/// and how long encoding takes. Pictures' bytes and all times are learned from what was really
/// sent. Safe from any thread.
///
/// Without measured codecs a picture goes as JPEG when the manifest says that this costs at most
/// 0.02 of accuracy at every exit, else as PNG. Other f32 values go as int8 when that costs at most
/// 0.005, else as fp16. All else goes as it is. With measured codecs each value takes the one that
/// choose_for() finds fastest among those that cost no more than that at any exit behind it; until
/// the first call, and where nothing was measured, the rule above holds.
class WireCosts {
 public:
  /// @param slowdown  of the emulated device: encoding is part of its work
  /// @param measured  of this network
  WireCosts(const graph::LayerGraph& graph, const model::ModelManifest& manifest, double slowdown,
            std::optional<profile::CodecTable> measured = std::nullopt);

  /// Chooses measured codecs for a link: least encoding, transfer and decoding together.
  /// @param packed  whether the edge unpacks
  void choose_for(double uplink_bytes_per_s, bool packed);

  transport::Codec codec(graph::ValueId value) const;
  transport::CodecOptions options(graph::ValueId value) const;

  std::int64_t bytes(graph::ValueId value) const;
  Duration encode_time(graph::ValueId value) const;

  void add_sent(graph::ValueId value, std::int64_t bytes, Duration encoding);

  /// Accuracy of exit number `exit` when these values have crossed a cut; nullopt when it was never
  /// calibrated.
  std::optional<double> accuracy(int exit, const std::vector<graph::ValueId>& crossing) const;

  /// The graph with the bytes that really travel, for planners.
  graph::LayerGraph with_wire_bytes(graph::LayerGraph graph) const;

 private:
  struct Cost {
    transport::Codec codec = transport::Codec::raw;
    transport::CodecOptions options;
    double bytes = 0;
    double encode_ns = 0;
    bool sent = false;
  };

  /// A measured codec that loses little enough.
  struct Offer {
    transport::Codec codec = transport::Codec::raw;
    double bytes = 0, encode_ns = 0, decode_ns = 0;
  };

  void list_offers(const graph::LayerGraph& graph, double slowdown);
  std::optional<double> measured_accuracy(graph::ValueId value, const std::string& codec,
                                          std::size_t exit) const;
  Cost first_guess(graph::ValueId value, const graph::TensorSpec& spec, double slowdown) const;
  transport::Codec choose(graph::ValueId value, const graph::TensorSpec& spec) const;
  bool costs_at_most(const std::string& codec, double loss) const;
  Cost cost(graph::ValueId value) const;

  const model::ModelManifest manifest_;
  const std::optional<profile::CodecTable> measured_;
  std::vector<std::optional<double>> exit_accuracy_;
  std::map<graph::ValueId, std::vector<Offer>> offers_;
  mutable std::mutex mutex_;  // guards costs_
  std::map<graph::ValueId, Cost> costs_;
};

}  // namespace branchline::runtime
