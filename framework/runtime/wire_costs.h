#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "framework/base/clock.h"
#include "framework/runtime/codec_offers.h"
#include "transport/tensor_codec.h"

namespace branchline::runtime {

/// What it costs to send each value of a network: which codec takes it, how many bytes that makes
/// and how long encoding takes. Bytes and times are learned from what was really sent. Safe from
/// any thread.
///
/// A faster codec may cost accuracy, and which is worth more depends on the request. So there is a
/// choice per *level*: level 0 is the usual one (below), level n > 0 takes what is fastest on the
/// link among all that lose no more than that level's share of accuracy, next to nothing at level
/// 1.
///
/// Usual is JPEG for pictures and int8 for other f32 values where they lose little, else PNG and
/// fp16, else raw; where codecs were measured, what choose_for() finds fastest of those that lose
/// little.
class WireCosts {
 public:
  static constexpr std::size_t kUsual = 0;

  /// @param slowdown  of the emulated device: encoding is part of its work
  /// @param measured  of this network
  WireCosts(const graph::LayerGraph& graph, const model::ModelManifest& manifest, double slowdown,
            const std::optional<profile::CodecTable>& measured = std::nullopt);

  /// The usual level and at least one more; no two allow the same.
  std::size_t levels() const noexcept { return most_loss_.size(); }

  /// Chooses codecs for a link: least encoding, transfer and decoding together.
  /// @param packed  whether the edge unpacks
  void choose_for(double uplink_bytes_per_s, bool packed);

  transport::Codec codec(graph::ValueId value, std::size_t level = kUsual) const;
  transport::CodecOptions options(graph::ValueId value) const;

  std::int64_t bytes(graph::ValueId value, std::size_t level = kUsual) const;
  Duration encode_time(graph::ValueId value, std::size_t level = kUsual) const;

  /// What a value took when it was sent through this codec.
  void add_sent(graph::ValueId value, transport::Codec codec, std::int64_t bytes,
                Duration encoding);

  /// Accuracy of exit number `exit` when these values have crossed a cut; nullopt when it was never
  /// calibrated.
  std::optional<double> accuracy(int exit, const std::vector<graph::ValueId>& crossing,
                                 std::size_t level = kUsual) const;

  /// What sending these values together costs at one level.
  struct Crossing {
    std::size_t level = kUsual;
    std::vector<transport::Codec> codecs;  ///< by value
    std::int64_t bytes = 0;
    Duration encode{0}, decode{0};
    double loss = 0;  ///< of the exit's accuracy
  };

  /// One for each way the levels from `first` to `last` send them; of levels that send all alike
  /// the lowest.
  std::vector<Crossing> crossings(int exit, const std::vector<graph::ValueId>& values,
                                  std::size_t first, std::size_t last) const;

  /// The graph with the bytes that really travel at the usual level, for planners.
  graph::LayerGraph with_wire_bytes(graph::LayerGraph graph) const;

  /// The graph with every codec that the level allows as Unit::codecs, for planners that choose
  /// among them. Of units with several outputs each takes its smallest.
  graph::LayerGraph with_codecs(graph::LayerGraph graph, std::size_t level, bool packed) const;

  /// Rises when something that was sent took clearly more or less than was known before.
  std::uint64_t version() const;

  /// Rises with everything that is learned or chosen.
  std::uint64_t changes() const noexcept { return changes_; }

 private:
  struct Learned {
    bool sent = false;
    double told_bytes = 0, told_encode_ns = 0;  ///< when version_ last rose on its account
  };
  struct Sending {
    std::vector<CodecOffer> offers;
    std::vector<Learned> learned;     ///< by offer
    std::vector<std::size_t> chosen;  ///< by level, an offer
    transport::CodecOptions options;
  };

  bool allows(std::size_t level, const CodecOffer& offer, bool packed) const;
  const CodecOffer* fastest(const Sending& sending, std::size_t level, double uplink_bytes_per_s,
                            bool packed) const;
  CodecOffer all_smallest(const graph::Unit& unit, std::size_t level, bool packed) const;
  void set_levels(const CodecOffers& offers);
  const CodecOffer& at(graph::ValueId value, std::size_t level) const;

  std::vector<std::optional<double>> exit_accuracy_;
  std::vector<double> most_loss_;  ///< by level; of the usual one without meaning
  std::atomic<std::uint64_t> changes_{0};
  mutable std::mutex mutex_;  // guards the two below
  std::map<graph::ValueId, Sending> sendings_;
  std::uint64_t version_ = 0;
};

}  // namespace branchline::runtime
