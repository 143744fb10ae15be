/// How fast tensors are encoded and decoded on one core, in bytes of fp32 per second.
/// Usage: codec_benchmark [Google Benchmark's flags]. `kernel` rows are the loops alone, for each
/// kind of kernel this machine runs; `codec` rows are what the engine calls, buffers included.
/// Every row checks its answer. Values are half-normal with half of them zero, like a feature map
/// behind a ReLU; what real feature maps make of packing: `branchline experiment codecs`.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "transport/codec_kernels.h"
#include "transport/tensor_codec.h"

namespace {

using namespace branchline;
using namespace branchline::transport;

constexpr std::size_t kChannels = 64;

std::shared_ptr<std::vector<float>> feature_map(std::size_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  auto values = std::make_shared<std::vector<float>>(count);
  for (float& value : *values) value = std::max(0.0f, normal(random));
  return values;
}

void count_bytes(benchmark::State& state, std::size_t floats) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(floats * sizeof(float)));
}

void require_close(const std::vector<float>& a, const float* b, float bound) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= bound)) std::abort();
  }
}

void kernel_fp16(benchmark::State& state, const CodecKernels* kernels, bool encodes) {
  const auto values = feature_map(static_cast<std::size_t>(state.range(0)) / sizeof(float));
  std::vector<std::uint16_t> halves(values->size());
  std::vector<float> back(values->size());
  kernels->to_half(values->data(), values->size(), halves.data());
  for (auto _ : state) {
    if (encodes) {
      kernels->to_half(values->data(), values->size(), halves.data());
    } else {
      kernels->from_half(halves.data(), halves.size(), back.data());
    }
    benchmark::ClobberMemory();
  }
  kernels->from_half(halves.data(), halves.size(), back.data());
  require_close(*values, back.data(), 0.01f);
  count_bytes(state, values->size());
}

void kernel_int8(benchmark::State& state, const CodecKernels* kernels, bool encodes) {
  const auto values = feature_map(static_cast<std::size_t>(state.range(0)) / sizeof(float));
  const std::size_t run = values->size() / kChannels;
  std::vector<std::uint8_t> bytes(values->size());
  std::vector<float> back(values->size());
  std::vector<Extent> extents(kChannels);
  const auto encode_all = [&] {
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      const float* first = values->data() + channel * run;
      Extent& extent = extents[channel] = {};
      kernels->widen(extent, first, run);
      kernels->quantise(first, run, extent.low, 255 / (extent.high - extent.low),
                        bytes.data() + channel * run);
    }
  };
  const auto decode_all = [&] {
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      const Extent& extent = extents[channel];
      kernels->dequantise(bytes.data() + channel * run, run, extent.low,
                          (extent.high - extent.low) / 255, back.data() + channel * run);
    }
  };
  encode_all();
  for (auto _ : state) {
    encodes ? encode_all() : decode_all();
    benchmark::ClobberMemory();
  }
  decode_all();
  require_close(*values, back.data(), 0.02f);
  count_bytes(state, values->size());
}

void codec_row(benchmark::State& state, Codec codec, bool encodes) {
  const auto values = feature_map(static_cast<std::size_t>(state.range(0)) / sizeof(float));
  const auto run = static_cast<std::int64_t>(values->size() / kChannels);
  const Tensor tensor{{values, values->data()}, DType::f32, {1, kChannels, run, 1}};
  EncodedTensor encoded = encode(tensor, codec);
  for (auto _ : state) {
    if (encodes) {
      encoded = encode(tensor, codec);
      benchmark::DoNotOptimize(encoded);
    } else {
      benchmark::DoNotOptimize(decode(encoded));
    }
  }
  require_close(*values, static_cast<const float*>(decode(encoded).data.get()), 0.02f);
  count_bytes(state, values->size());
  state.counters["ratio"] =
      static_cast<double>(tensor.byte_size()) / static_cast<double>(encoded.payload_bytes);
}

void register_rows() {
  const auto sizes = [](benchmark::internal::Benchmark* row) {
    row->Arg(64 << 10)->Arg(1 << 20)->Arg(16 << 20);
  };
  for (const bool encodes : {true, false}) {
    const std::string way = encodes ? " encode" : " decode";
    for (const CodecKernels* kernels : {&portable_kernels(), avx2_kernels()}) {
      if (kernels == nullptr) continue;
      const std::string suffix = way + " kernel " + kernels->name;
      sizes(benchmark::RegisterBenchmark(("fp16" + suffix).c_str(), kernel_fp16, kernels, encodes));
      sizes(benchmark::RegisterBenchmark(("int8" + suffix).c_str(), kernel_int8, kernels, encodes));
    }
    for (const Codec codec : all_codecs()) {
      if (!can_encode(codec, DType::f32, {1})) continue;
      sizes(benchmark::RegisterBenchmark((name_of(codec) + way + " codec").c_str(), codec_row,
                                         codec, encodes));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_rows();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
