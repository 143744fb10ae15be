#include "framework/runtime/client_work.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/slice_inputs.h"
#include "framework/profile/stopwatch.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/edge_connection.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {
namespace {

constexpr Duration kProfileTurn = std::chrono::milliseconds(20);
constexpr Duration kProfilePatience = std::chrono::milliseconds(500);

}  // namespace

bool ClientWork::wanted() const {
  const auto client = client_.lock();
  return !cancelled_ && client && client->is_open();
}

void ClientWork::reply(transport::Body body) const {
  if (const auto client = client_.lock()) client->reply(id_, std::move(body));
}

void ClientWork::drop(transport::Refusal why, const std::string& sentence) {
  if (why == transport::Refusal::expired) {
    host_.counters().add_expired(stage_);
  } else {
    host_.counters().add_refused(why);
  }
  reply(transport::Refused{why, sentence, host_.queue().wait_estimate()});
}

RequestWork::RequestWork(EdgeHost& host, std::weak_ptr<EdgeConnection> client, std::uint64_t id,
                         ReadyPlan plan, std::vector<transport::WireTensor> tensors,
                         TimePoint arrived)
    : ClientWork(host, std::move(client), id),
      in_flight_(host.counters()),
      plan_(std::move(plan)),
      tensors_(std::move(tensors)),
      arrived_(arrived) {
  predicted = plan_.predicted;
  bytes = transport::payload_bytes(tensors_);
}

/// In the order of the plan's inputs.
std::vector<at::Tensor> RequestWork::decode() const {
  const graph::LayerGraph& graph = plan_.model->layers();
  std::vector<at::Tensor> inputs;
  for (const graph::ValueId& id : plan_.checked.inputs) {
    const auto tensor = std::find_if(tensors_.begin(), tensors_.end(), [&](const auto& candidate) {
      return from_wire(candidate.value) == id;
    });
    inputs.push_back(model::to_torch(decode_value(graph, *tensor)));
  }
  return inputs;
}

/// @returns false when the answer would come in vain; the reply is given then.
bool RequestWork::run_slices(SliceChain& chain) {
  while (!chain.done()) {
    if (!wanted()) {
      drop(transport::Refusal::cancelled, "nobody waits for the answer any more");
      return false;
    }
    if (host_.time().now() >= deadline) {
      drop(transport::Refusal::expired, "the budget ran out between two slices");
      return false;
    }
    chain.run_next();
  }
  return true;
}

std::vector<transport::WireTensor> RequestWork::encode(const SliceChain& chain) const {
  std::vector<transport::WireTensor> tensors;
  for (const graph::ValueId& id : plan_.checked.outputs) {
    tensors.push_back(encode_value(id, chain.value(id), transport::Codec::raw));
  }
  return tensors;
}

bool RequestWork::run() {
  transport::Answer answer;
  const TimePoint begun = host_.time().now();
  stage_ = ExpiryStage::compute;
  host_.counters().add_started(begun - arrived_);
  try {
    const std::vector<at::Tensor> inputs = decode();
    const TimePoint decoded = host_.time().now();
    SliceChain chain(plan_.pieces, plan_.checked.inputs, inputs);
    try {
      if (!run_slices(chain)) return true;
    } catch (const std::exception& error) {
      host_.log(0, "an operator failed: " + std::string(error.what()));
      drop(transport::Refusal::failed, error.what());
      return true;
    }
    answer.queued = begun - arrived_;
    answer.decode = decoded - begun;
    answer.compute = host_.time().now() - decoded;
    host_.plans().add_measured(plan_.plan, answer.compute);
    answer.tensors = encode(chain);
    answer.queue = host_.queue().wait_estimate();
    host_.counters().add_answered(plan_.checked.exit, answer.compute);
    reply(std::move(answer));
  } catch (const std::exception& error) {  // what the client sent does not decode
    drop(transport::Refusal::bad_request, error.what());
  }
  return true;
}

ProfileWork::ProfileWork(EdgeHost& host, std::weak_ptr<EdgeConnection> client, std::uint64_t id,
                         const ServedModel& model, int warmup, int repeat)
    : ClientWork(host, std::move(client), id),
      model_(model),
      warmup_(warmup),
      repeat_(static_cast<std::size_t>(repeat)) {
  background = true;
  deadline = host_.time().now() + kProfilePatience;
}

void ProfileWork::run_for_a_turn() {
  if (inputs_.empty()) inputs_ = profile::slice_inputs(*model_.model, slice_->spec().units);
  const TimePoint turn_ends = Clock::now() + kProfileTurn;
  do {
    const profile::Stopwatch watch;
    slice_->run(inputs_);
    const Duration took = watch.elapsed();
    if (warmup_ > 0) {
      --warmup_;
    } else {
      runs_.push_back(took);
    }
  } while (runs_.size() < repeat_ && Clock::now() < turn_ends && !host_.queue().requests_wait());
}

transport::ProfileReply ProfileWork::finished_reply() const {
  const profile::ProfileKey key = profile::local_key(model_.model->layers());
  transport::ProfileReply reply;
  reply.machine = key.machine;
  reply.libtorch = key.libtorch;
  reply.threads = static_cast<std::uint32_t>(key.threads);
  reply.load = model_.load;
  reply.runs = runs_;
  return reply;
}

bool ProfileWork::run() {
  try {
    run_for_a_turn();
    if (runs_.size() >= repeat_) {
      reply(finished_reply());
      return true;
    }
  } catch (const std::exception& error) {
    drop(transport::Refusal::failed, error.what());
    return true;
  }
  deadline = host_.time().now() + kProfilePatience;
  return false;
}

}  // namespace branchline::runtime
