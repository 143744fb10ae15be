#include "framework/runtime/link_probe.h"

#include <memory>
#include <random>
#include <utility>

#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {
namespace {

constexpr std::uint64_t kMostProbeBytes = 128 << 10;
constexpr Duration kProbeBudget = std::chrono::seconds(2);

Tensor faint_noise(const graph::TensorSpec& spec) {
  const auto bytes = static_cast<std::size_t>(spec.bytes());
  const std::shared_ptr<std::uint8_t[]> data(new std::uint8_t[bytes + 1]());
  if (spec.type == DType::u8) {  // other types: zeros are as good as any
    std::minstd_rand random(1);
    for (std::size_t i = 0; i < bytes; ++i) {
      data[i] = static_cast<std::uint8_t>(120 + random() % 12);
    }
  }
  return {std::shared_ptr<const void>(data, data.get()), spec.type, spec.shape};
}

}  // namespace

std::optional<transport::Request> measuring_request(const model::Model& model,
                                                    const RunnablePlan& plan,
                                                    const WireCosts& wire) {
  if (!plan.remote || !plan.front.empty()) return std::nullopt;
  transport::Request request;
  request.plan = plan.remote->plan;
  request.budget = kProbeBudget;
  for (const graph::ValueId& value : plan.remote->sent) {
    const auto index = static_cast<std::size_t>(value.index);
    if (value.unit != 0 || index >= model.inputs().size()) return std::nullopt;
    request.tensors.push_back(encode_value(value, faint_noise(model.inputs()[index]),
                                           wire.codec(value), wire.options(value)));
  }
  if (transport::payload_bytes(request.tensors) > kMostProbeBytes) return std::nullopt;
  return request;
}

}  // namespace branchline::runtime
