#include "framework/runtime/link_probe.h"

#include <memory>
#include <random>
#include <utility>

#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {
namespace {

constexpr std::uint64_t kMostProbeBytes = 128 << 10;
constexpr Duration kProbeBudget = std::chrono::seconds(2);
constexpr Duration kProbeEvery = std::chrono::seconds(2);

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
                                                    const RunnablePlan& plan, const WireCosts& wire,
                                                    bool packed) {
  if (!plan.remote || !plan.front.empty()) return std::nullopt;
  transport::Request request;
  request.plan = plan.remote->plan;
  request.budget = kProbeBudget;
  for (const graph::ValueId& value : plan.remote->sent) {
    const auto index = static_cast<std::size_t>(value.index);
    if (value.unit != 0 || index >= model.inputs().size()) return std::nullopt;
    const transport::Codec codec = wire.codec(value);
    request.tensors.push_back(encode_value(value, faint_noise(model.inputs()[index]),
                                           packed ? codec : transport::unpacked(codec),
                                           wire.options(value)));
  }
  if (transport::payload_bytes(request.tensors) > kMostProbeBytes) return std::nullopt;
  return request;
}

LinkProber::LinkProber(std::shared_ptr<const model::Model> model, const WireCosts& wire,
                       LinkMonitor& link, const PlanShelf& shelf, Replanner& replanner)
    : model_(std::move(model)), wire_(wire), link_(link), shelf_(shelf), replanner_(replanner) {}

void LinkProber::measure(const LinkView& view, TimePoint now) {
  const bool round_trip_known = view.measured.has_value();
  if (!round_trip_known || now < again_) return;
  if (view.tried && !replanner_.take_blind()) return;
  for (const auto& shelved : shelf_.all()) {
    if (!shelved->plan.remote || !shelved->ready(view.connection)) continue;
    again_ = now + kProbeEvery;  // found or not: encoding takes its time
    auto request = measuring_request(*model_, shelved->plan, wire_, view.packs);
    if (!request) continue;
    const std::uint64_t bytes = transport::payload_bytes(request->tensors);
    link_.ask(std::move(*request), bytes, {});
    return;
  }
}

}  // namespace branchline::runtime
