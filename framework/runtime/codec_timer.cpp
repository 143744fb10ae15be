#include "framework/runtime/codec_timer.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "framework/model/tensor_bridge.h"
#include "framework/profile/stopwatch.h"
#include "framework/slice/sample_values.h"
#include "transport/tensor_codec.h"

namespace branchline::runtime {
namespace {

using transport::Codec;

/// Smooth with some noise, as camera pictures are: pure noise takes PNG twice as long.
Tensor smooth_noise(const graph::TensorSpec& spec) {
  const auto count = static_cast<std::size_t>(element_count(spec.shape));
  std::minstd_rand random(1);
  const std::shared_ptr<std::byte[]> data(new std::byte[count * size_of(spec.type)]());
  float level = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float step = static_cast<float>(random() % 1000) / 1000.0f - 0.5f;
    level = 0.98f * level + step;
    if (spec.type == DType::f32) std::memcpy(data.get() + 4 * i, &level, 4);
    if (spec.type == DType::u8) {
      data[i] = static_cast<std::byte>(std::clamp(128.0f + 30.0f * level, 0.0f, 255.0f));
    }
  }
  return {data, spec.type, spec.shape};
}

/// The f32 value of median size among those that may cross a cut, as the model computes it: how
/// many of its elements are zero decides what packing takes.
std::optional<Tensor> typical_feature_map(const model::Model& model) {
  std::vector<std::pair<std::int64_t, graph::ValueId>> values;
  for (const graph::Unit& unit : model.layers().units) {
    if (!unit.transmissible || unit.id == 0) continue;
    for (std::size_t index = 0; index < unit.outputs.size(); ++index) {
      if (unit.outputs[index].type != DType::f32) continue;
      values.push_back({unit.outputs[index].bytes(), {unit.id, static_cast<std::int32_t>(index)}});
    }
  }
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  std::vector<at::Tensor> inputs;
  for (const graph::TensorSpec& spec : model.inputs()) {
    inputs.push_back(model::to_torch(smooth_noise(spec)));
  }
  const graph::ValueId value = middle->second;
  return model::from_torch(slice::values_for(model, inputs, {value}).at(value));
}

void time_codec(const Tensor& tensor, Codec codec, int runs, double slowdown,
                std::map<std::string, profile::TimeStats>& times) {
  if (!transport::can_encode(codec, tensor.type, tensor.shape)) return;
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
    const Tensor picture = smooth_noise(input);
    time_codec(picture, Codec::png, runs, slowdown, times);
    time_codec(picture, Codec::jpeg, runs, slowdown, times);
  }
  if (const auto map = typical_feature_map(model)) {
    for (const Codec codec : transport::all_codecs()) {
      if (codec != Codec::raw) time_codec(*map, codec, runs, slowdown, times);
    }
  }
  return times;
}

}  // namespace branchline::runtime
