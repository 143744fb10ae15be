#include "framework/runtime/client_work.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/slice_inputs.h"
#include "framework/profile/stopwatch.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/batch_trial.h"
#include "framework/runtime/edge_connection.h"
#include "framework/runtime/request_batch.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {
namespace {

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
  times = plan_.times;
  bytes = transport::payload_bytes(tensors_);
}

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

void RequestWork::begin(TimePoint now) {
  stage_ = ExpiryStage::compute;
  host_.counters().add_started(now - arrived_);
}

void RequestWork::answer(transport::Answer answer) {
  host_.counters().add_answered(plan_.checked.exit, answer.compute);
  reply(std::move(answer));
}

bool RequestWork::run(const EdgeWorks& mates) {
  const TimePoint begun = host_.time().now();
  std::vector<RequestWork*> requests = {this};
  for (const auto& mate : mates) requests.push_back(static_cast<RequestWork*>(mate.get()));
  for (RequestWork* request : requests) request->begin(begun);
  RequestBatch(host_, requests).run(begun);
  if (BatchTrial::worthwhile(*times, host_.queue().limits()) && times->claim_trial()) {
    host_.queue().add_background(std::make_shared<BatchTrial>(host_.queue(), host_.time(), plan_));
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

void ProfileWork::run_once() {
  if (inputs_.empty()) inputs_ = profile::slice_inputs(*model_.model, slice_->spec().units);
  const profile::Stopwatch watch;
  slice_->run(inputs_);
  predicted = watch.elapsed();
  if (warmup_ > 0) {
    --warmup_;
  } else {
    runs_.push_back(predicted);
  }
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

bool ProfileWork::run(const EdgeWorks&) {
  try {
    run_once();
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
