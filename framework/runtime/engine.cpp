#include "branchline/engine.h"

#include <utility>

#include "framework/base/error.h"
#include "framework/runtime/engine_parts.h"
#include "framework/runtime/link_conditions.h"

namespace branchline {
inline namespace v0 {

using runtime::AnswerSlot;

struct Ticket::State {
  std::uint64_t id = 0;
  std::shared_ptr<AnswerSlot> slot;
  mutable std::mutex mutex;  // guards result
  mutable std::condition_variable arrived;
  std::optional<Result> result;
};

std::uint64_t Ticket::id() const noexcept { return state_->id; }

void Ticket::cancel() noexcept { state_->slot->fail(Outcome::cancelled, Why::planned, ""); }

Result Ticket::get() {
  std::unique_lock lock(state_->mutex);
  state_->arrived.wait(lock, [this] { return state_->result.has_value(); });
  return *state_->result;
}

bool Ticket::wait_until(TimePoint time) const {
  std::unique_lock lock(state_->mutex);
  return state_->arrived.wait_until(lock, time, [this] { return state_->result.has_value(); });
}

Engine::Engine(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Engine Engine::open(const std::string& model_file, Options options) {
  model::LoadOptions load;
  load.input_shapes = options.input_shapes;
  auto parts = std::make_unique<Parts>(std::move(options), model::Model::load(model_file, load));
  Parts& all = *parts;
  all.warm_up();
  runtime::Upkeep::Charge charge{
      all.model,
      all.model->layers(),
      all.wire,
      all.profile,
      all.options.device_slowdown,
      all.link,
      all.shelf,
      all.replanner,
      all.reserve,
      all.options.planner != "device-only",
      [&all](int level, const std::string& text) { all.log(level, text); },
      [&all](const Event& event) {
        std::function<void(const Event&)> handler;
        {
          const std::lock_guard lock(all.event_mutex);
          handler = all.on_event;
        }
        if (handler) handler(event);
      }};
  all.upkeep = std::make_unique<runtime::Upkeep>(std::move(charge));
  all.keeper = all.upkeep.get();
  all.wait_for_edge();
  all.loop = std::make_unique<runtime::ComputeLoop>(all.queue, all.context);
  return Engine(std::move(parts));
}

Result Engine::infer(const Request& request) noexcept {
  const TimePoint start = Clock::now();
  try {
    const TimePoint due = request.deadline.value_or(start + Duration(parts_->deadline.load()));
    const std::shared_ptr<AnswerSlot> slot = parts_->admit(request, start, due);
    if (const std::optional<TimePoint> woke = slot->wait()) {
      parts_->reserve.add_wake_up(slot->budget().answer_by(), *woke);
    }
    Result result = slot->settle(Clock::now());
    parts_->score.add(result);
    return result;
  } catch (const std::exception& error) {
    Result result;
    result.frame = request.frame;
    result.detail = error.what();
    result.why = Why::model_error;
    return result;
  }
}

void Engine::submit(const Request& request, std::function<void(Result)> callback) {
  const std::shared_ptr<AnswerSlot> slot =
      parts_->admit(request, Clock::now(), Clock::now() + std::chrono::hours(24 * 365));
  parts_->desk.add(slot, [parts = parts_.get(), callback = std::move(callback)](Result result) {
    parts->score.add(result);
    try {
      callback(std::move(result));
    } catch (const std::exception& error) {
      parts->log(0, std::string("a callback threw: ") + error.what());
    }
  });
}

Ticket Engine::submit(const Request& request) {
  auto state = std::make_shared<Ticket::State>();
  state->id = request.frame;
  state->slot = parts_->admit(request, Clock::now(), Clock::now() + std::chrono::hours(24 * 365));
  parts_->desk.add(state->slot, [parts = parts_.get(), state](Result result) {
    parts->score.add(result);
    {
      const std::lock_guard lock(state->mutex);
      state->result = std::move(result);
    }
    state->arrived.notify_all();
  });
  return Ticket(std::move(state));
}

Plan Engine::plan(Duration budget, std::optional<Link> given) const {
  runtime::LinkView view = parts_->link.view();
  if (given) {
    view.configured = true;
    view.up = given->up;
    view.draining = view.mismatch = false;
    view.age = given->age;
    view.backlog = view.edge_queue = Duration::zero();
    view.measured.emplace();
    view.measured->uplink_bytes_per_s = given->uplink_bps / 8;
    view.measured->downlink_bytes_per_s = given->downlink_bps / 8;
    view.measured->round_trip = given->round_trip;
  }
  runtime::Question question;
  question.budget = budget - parts_->reserve.value();
  return parts_->replanner.dry_run(question, view);
}

void Engine::on_event(std::function<void(const Event&)> handler) {
  const std::lock_guard lock(parts_->event_mutex);
  parts_->on_event = std::move(handler);
}

Status Engine::status() const {
  Status status = parts_->score.read();
  const runtime::LinkView view = parts_->link.view();
  status.ready = !view.up || parts_->shelf.under_way(view.connection) == 0;
  status.link = describe_link(view);
  if (!view.up) status.problem = view.problem;
  if (view.spare != 0 && parts_->shelf.under_way(view.spare) == 0) status.spare = view.spare_edge;
  const std::optional<runtime::PlanInForce> in_force = parts_->replanner.in_force();
  status.plan = in_force ? in_force->plan : plan(Duration(parts_->deadline.load()));
  if (in_force) status.why = in_force->why;
  status.reserve = parts_->reserve.value();
  return status;
}

int Engine::exits() const noexcept { return parts_->graph.exit_count(); }

const std::vector<std::string>& Engine::classes() const noexcept {
  return parts_->model->manifest().classes;
}

void Engine::set_deadline(Duration deadline) {
  if (deadline <= Duration::zero()) {
    throw InputError("it is not positive", "set_deadline", "give a duration, e.g. 100ms");
  }
  parts_->deadline = deadline.count();
}

void Engine::stop(Duration grace) noexcept {
  try {
    parts_->stop(grace);
  } catch (const std::exception& error) {
    parts_->log(0, std::string("stop: ") + error.what());
  }
}

}  // namespace v0
}  // namespace branchline
