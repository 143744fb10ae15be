#include "framework/runtime/codec_timer.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <vector>

#include "framework/profile/stopwatch.h"
#include "transport/tensor_codec.h"

namespace branchline::runtime {
namespace {

using transport::Codec;

/// Smooth with some noise, as camera pictures and feature maps are: pure noise takes PNG twice as
/// long.
Tensor smooth_noise(const graph::TensorSpec& spec) {
  const auto count = static_cast<std::size_t>(element_count(spec.shape));
  std::minstd_rand random(1);
  const std::shared_ptr<std::byte[]> data(new std::byte[count * size_of(spec.type)]);
  float level = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float step = static_cast<float>(random() % 1000) / 1000.0f - 0.5f;
    level = 0.98f * level + step;
    if (spec.type == DType::f32) {
      std::memcpy(data.get() + 4 * i, &level, 4);
    } else {
      data[i] = static_cast<std::byte>(std::clamp(128.0f + 30.0f * level, 0.0f, 255.0f));
    }
  }
  return {data, spec.type, spec.shape};
}

/// The f32 value of median size among those that may cross a cut.
std::optional<graph::TensorSpec> typical_feature_map(const graph::LayerGraph& graph) {
  std::vector<graph::TensorSpec> specs;
  for (const graph::Unit& unit : graph.units) {
    if (!unit.transmissible) continue;
    for (const graph::TensorSpec& spec : unit.outputs) {
      if (spec.type == DType::f32) specs.push_back(spec);
    }
  }
  if (specs.empty()) return std::nullopt;
  const auto middle = specs.begin() + static_cast<std::ptrdiff_t>(specs.size() / 2);
  std::nth_element(specs.begin(), middle, specs.end(),
                   [](const auto& a, const auto& b) { return a.bytes() < b.bytes(); });
  return *middle;
}

void time_codec(const graph::TensorSpec& spec, Codec codec, int runs, double slowdown,
                std::map<std::string, profile::TimeStats>& times) {
  if (!transport::can_encode(codec, spec.type, spec.shape)) return;
  const Tensor tensor = smooth_noise(spec);
  std::vector<Duration> encoding, decoding;
  for (int i = 0; i < runs + 1; ++i) {
    const profile::Stopwatch encode_watch;
    const transport::EncodedTensor encoded = transport::encode(tensor, codec);
    const Duration encode_time = encode_watch.elapsed();
    const profile::Stopwatch decode_watch;
    transport::decode(encoded);
    const Duration decode_time = decode_watch.elapsed();
    if (i == 0) continue;  // warm-up
    encoding.push_back(encode_time);
    decoding.push_back(decode_time);
  }
  const std::string name = transport::name_of(codec);
  times["encode " + name] = profile::scaled(profile::stats_of(encoding), slowdown);
  times["decode " + name] = profile::scaled(profile::stats_of(decoding), slowdown);
}

}  // namespace

std::map<std::string, profile::TimeStats> time_codecs(const model::Model& model, int runs,
                                                      double slowdown) {
  std::map<std::string, profile::TimeStats> times;
  for (const graph::TensorSpec& input : model.inputs()) {
    time_codec(input, Codec::png, runs, slowdown, times);
    time_codec(input, Codec::jpeg, runs, slowdown, times);
  }
  if (const auto spec = typical_feature_map(model.layers())) {
    time_codec(*spec, Codec::fp16, runs, slowdown, times);
    time_codec(*spec, Codec::int8, runs, slowdown, times);
  }
  return times;
}

}  // namespace branchline::runtime
