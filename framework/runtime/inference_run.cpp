#include "framework/runtime/inference_run.h"

#include <utility>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/runtime/link_conditions.h"

namespace branchline::runtime {

InferenceRun::InferenceRun(InferenceTask task, RunContext& context)
    : task_(std::move(task)), context_(context), maps_(task_.inputs) {}

InferenceRun::~InferenceRun() = default;

bool InferenceRun::edge_pending() const {
  return exchange_ && exchange_->state() == EdgeExchange::State::waiting;
}

std::optional<TimePoint> InferenceRun::look_again() const {
  return exchange_ ? exchange_->hedge_at() : std::nullopt;
}

int InferenceRun::rank() const {
  const bool has_answer = insurance_ && insurance_->answered() >= 0;
  return phase_ == Phase::wait && has_answer ? 1 : 0;
}

InferenceRun::State InferenceRun::state() {
  if (phase_ != Phase::done && task_.slot->decided()) end();
  if (phase_ == Phase::done) return State::done;
  if (phase_ != Phase::wait) return State::ready;
  look_at_exchange();
  if (phase_ == Phase::done) return State::done;
  if (phase_ == Phase::tail) return State::ready;
  next_ = problem_.empty() ? next_insurance() : std::nullopt;
  if (next_) return State::ready;
  const bool probed = decision_.choice.why == Why::probing;
  if (edge_pending() && !probed) return State::waiting;
  if (problem_.empty()) {
    task_.slot->finish();
  } else {
    task_.slot->fail(Outcome::error, Why::model_error, problem_);
  }
  end();
  return State::done;
}

void InferenceRun::end() {
  phase_ = Phase::done;
  maps_.clear();
}

void InferenceRun::step() noexcept {
  try {
    step_or_throw();
  } catch (const std::exception& error) {
    give_up_computing(error.what());
  }
}

/// What was answered so far still counts, and so does what the edge may yet answer.
void InferenceRun::give_up_computing(const std::string& problem) {
  const bool has_answer = insurance_ && insurance_->answered() >= 0;
  if (phase_ == Phase::wait && !has_answer && edge_pending()) {
    problem_ = problem;
    return;
  }
  if (has_answer) {
    task_.slot->finish();
  } else {
    task_.slot->fail(Outcome::error, Why::model_error, problem);
  }
  end();
}

void InferenceRun::step_or_throw() {
  switch (phase_) {
    case Phase::decide:
      return decide();
    case Phase::front:
      return run_front();
    case Phase::send:
      return send();
    case Phase::wait:
      if (next_) run_insurance(*next_);
      return;
    case Phase::tail:
      return run_tail();
    case Phase::done:
      return;
  }
}

void InferenceRun::decide() {
  const TimePoint now = context_.time.now();
  const TimeBudget& budget = task_.slot->budget();
  const Question question{budget.left(now),  task_.min_accuracy, task_.force_exit,
                          task_.force_place, task_.device_only,  true};
  decision_ = context_.replanner.decide(question, context_.link.view());
  const Duration first_answer =
      std::max(context_.replanner.first_exit_p99(), decision_.choice.first_answer);
  const bool infeasible = first_answer + budget.reserve > budget.total();
  note(Step::queued, budget.start, now - budget.start, &Timing::queued);
  task_.slot->begin(decision_.plan, decision_.choice.why, describe_link(decision_.link),
                    infeasible);
  const ShelvedPlan& shelved = *decision_.shelved;
  insurance_.emplace(shelved.plan.ladder, context_.replanner.device_ratio(),
                     context_.confidence.any());
  on_device_from_start_ = !shelved.plan.remote;
  phase_ = on_device_from_start_ ? Phase::wait : shelved.front.empty() ? Phase::send : Phase::front;
}

void InferenceRun::note(Step what, TimePoint begun, Duration took, Duration Timing::*sum,
                        int exit) {
  const Duration begin = begun - task_.slot->budget().start;
  task_.slot->record([&](Timing& timing, Spans& spans) {
    timing.*sum += took;
    spans.push_back({what, begin, took, exit + 1});
  });
}

void InferenceRun::run_step(const DeviceStep& step, const slice::Slice& slice, Step what) {
  const TimePoint begun = context_.time.now();
  const Duration took = context_.runner.run(slice, maps_);
  device_time_ += took;
  context_.replanner.add_device_run(*step.time, took);
  note(what, begun, took, &Timing::device, step.exit);
}

void InferenceRun::run_front() {
  const ShelvedPlan& shelved = *decision_.shelved;
  const DeviceStep& step = shelved.plan.front.at(done_steps_);
  run_step(step, *shelved.front[done_steps_], Step::front);
  if (step.exit >= 0) offer(step.exit);
  if (++done_steps_ < shelved.front.size()) return;
  done_steps_ = 0;
  phase_ = Phase::send;
}

std::vector<transport::WireTensor> InferenceRun::encode_crossing() {
  std::vector<transport::WireTensor> tensors;
  const std::vector<graph::ValueId>& sent = decision_.shelved->plan.remote->sent;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const graph::ValueId value = sent[i];
    const transport::Codec chosen = decision_.crossing.codecs.at(i);
    const transport::Codec codec = decision_.link.packs ? chosen : transport::unpacked(chosen);
    const auto found = maps_.find(value);
    BL_EXPECT(found != maps_.end(), "what is to be sent was not computed");
    const TimePoint begun = context_.time.now();
    const Duration took = context_.runner.encode(value, codec, [&] {
      tensors.push_back(encode_value(value, found->second, codec, context_.wire.options(value)));
    });
    context_.wire.add_sent(value, codec,
                           static_cast<std::int64_t>(tensors.back().encoded.payload_bytes), took);
    note(Step::encode, begun, took, &Timing::encode);
  }
  return tensors;
}

/// Until the device has an answer of its own, the edge's is of use even after the deadline.
TimePoint InferenceRun::edge_useful_until() const {
  const TimePoint answer_by = task_.slot->budget().answer_by();
  if (insurance_->answered() >= 0) return answer_by;
  Duration first = insurance_->expected(0);
  for (int exit = 1; exit < context_.graph.exit_count(); ++exit) {
    first = std::min(first, insurance_->expected(exit));
  }
  return std::max(answer_by, context_.time.now() + first);
}

void InferenceRun::send() {
  phase_ = Phase::wait;
  auto exchange = std::make_shared<EdgeExchange>(decision_, task_.slot, context_);
  const TimePoint useful_until = edge_useful_until();
  const bool too_late = context_.time.now() + exchange->needs() > useful_until &&
                        task_.slot->budget().left(context_.time.now()) <= Duration::zero();
  if (too_late && !task_.force_place) {
    return task_.slot->abandon_edge(Why::link_too_slow, "no time was left to send");
  }
  transport::Request request;
  request.plan = decision_.shelved->plan.remote->plan;
  request.tensors = encode_crossing();
  exchange_ = std::move(exchange);
  exchange_->send(std::move(request), useful_until);
}

std::optional<std::size_t> InferenceRun::next_insurance() const {
  const RunnablePlan& plan = decision_.shelved->plan;
  const bool on_device = on_device_from_start_;
  if (on_device && task_.force_exit) return insurance_->step_to(plan.exit);
  const int deepest =
      on_device || task_.force_exit ? plan.exit : static_cast<int>(plan.ladder.rungs.size()) - 1;
  return insurance_->next_step(task_.slot->budget().left(context_.time.now()), deepest);
}

void InferenceRun::run_insurance(std::size_t index) {
  const ShelvedPlan& shelved = *decision_.shelved;
  const DeviceStep& step = shelved.plan.ladder.steps[index];
  const Duration before = device_time_;
  run_step(step, *shelved.ladder[index], on_device_from_start_ ? Step::front : Step::insurance);
  insurance_->mark_done(index);
  if (!on_device_from_start_) {
    const Duration took = device_time_ - before;
    task_.slot->record([took](Timing& timing, Spans&) { timing.fallback += took; });
  }
  if (step.exit < 0) return;
  offer(step.exit);
  // Exit 1 with nothing before it but its own steps: what feasibility is judged by.
  if (shelved.front.empty() && step.exit == 0) context_.replanner.add_first_exit(device_time_);
}

void InferenceRun::offer(int exit) {
  insurance_->mark_answered(exit);
  Plan plan = context_.replanner.describe_device(exit);
  if (!plan.stages.empty()) plan.stages.front().compute = device_time_;
  Tensor answer = logits(exit);
  if (!task_.force_exit && !task_.force_place && context_.confidence.sure(exit, answer)) {
    return task_.slot->offer_confident(std::move(plan), std::move(answer));
  }
  // As deep as planned is as good as planned, wherever it came from; an experiment that forces a
  // place wants to see that place's answer.
  const bool free = on_device_from_start_ || !task_.force_place;
  const bool final = free && exit >= decision_.shelved->plan.exit;
  task_.slot->offer_device(std::move(plan), std::move(answer), final);
}

Tensor InferenceRun::logits(int exit) const {
  const graph::ValueId value = context_.graph.exits[static_cast<std::size_t>(exit)].value;
  return model::from_torch(maps_.at(value));
}

void InferenceRun::look_at_exchange() {
  if (!exchange_) return;
  exchange_->hedge_if_due();
  if (exchange_->state() != EdgeExchange::State::answered) return;
  if (decision_.shelved->plan.tail.empty()) return end();
  for (auto& [value, tensor] : exchange_->take_returned()) maps_[value] = tensor;
  phase_ = Phase::tail;
}

void InferenceRun::run_tail() {
  const ShelvedPlan& shelved = *decision_.shelved;
  run_step(shelved.plan.tail.at(done_steps_), *shelved.tail[done_steps_], Step::tail);
  if (++done_steps_ < shelved.tail.size()) return;
  task_.slot->offer_planned(decision_.plan, logits(shelved.plan.exit));
  end();
}

InferenceRun* most_urgent(InferenceRuns& runs) {
  std::erase_if(runs, [](const auto& run) { return run->state() == InferenceRun::State::done; });
  InferenceRun* urgent = nullptr;
  for (const auto& run : runs) {
    if (run->state() != InferenceRun::State::ready) continue;
    const bool before = urgent == nullptr || run->rank() < urgent->rank() ||
                        (run->rank() == urgent->rank() && run->deadline() < urgent->deadline());
    if (before) urgent = run.get();
  }
  return urgent;
}

}  // namespace branchline::runtime
