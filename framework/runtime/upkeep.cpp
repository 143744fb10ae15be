#include "framework/runtime/upkeep.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "framework/runtime/engine_profile.h"
#include "framework/runtime/link_conditions.h"

namespace branchline::runtime {
namespace {

constexpr Duration kKeepEvery = std::chrono::milliseconds(20);

Event::Kind kind_of(LinkEvent::Kind kind) {
  switch (kind) {
    case LinkEvent::Kind::up:
      return Event::Kind::link_up;
    case LinkEvent::Kind::down:
      return Event::Kind::link_down;
    case LinkEvent::Kind::mismatch:
      break;
  }
  return Event::Kind::model_mismatch;
}

std::string plan_text(const Plan& plan) {
  std::string text = "exit " + std::to_string(plan.exit);
  for (const Stage& stage : plan.stages) {
    text += ", " + std::string(name_of(stage.tier)) + " " + to_string(stage.units);
    if (!stage.codec.empty()) text += " " + stage.codec;
  }
  return text;
}

}  // namespace

Upkeep::Upkeep(Charge charge)
    : charge_(std::move(charge)),
      prober_(charge_.model, charge_.wire, charge_.link, charge_.shelf, charge_.replanner),
      thread_([this] { run(); }) {}

Upkeep::~Upkeep() { stop(); }

void Upkeep::stop() {
  stopping_ = true;
  charge_.link.shut_down("the engine was stopped");  // or the profiler waits for the edge
  bell_.ring();
  if (thread_.joinable()) thread_.join();
  if (profiler_.joinable()) profiler_.join();
}

void Upkeep::run() {
  while (!stopping_) {
    const std::uint64_t rings = bell_.rings();
    TimePoint link_due = TimePoint::max();
    try {
      link_due = keep();
    } catch (const std::exception& error) {
      charge_.log(0, std::string("upkeep: ") + error.what());
    }
    const TimePoint next = std::min(link_due, Clock::now() + kKeepEvery);
    if (!bell_.wait_until(rings, next)) charge_.reserve.add_wake_up(next, Clock::now());
  }
}

TimePoint Upkeep::keep() {
  const TimePoint link_due = charge_.link.tick();
  const LinkView view = charge_.link.view();
  tell_events(view);
  if (view.up && !view.draining && charge_.uses_edge) {
    begin_to_profile(view);
    charge_.replanner.replan(view);
    charge_.shelf.prepare_edge(charge_.link);
    prober_.measure(view, Clock::now());
  }
  tell_plan(view);
  return link_due;
}

void Upkeep::tell_events(const LinkView& view) {
  for (const LinkEvent& happened : charge_.link.take_events()) {
    charge_.log(happened.kind == LinkEvent::Kind::up ? 2 : 1, happened.text);
    Event event;
    event.kind = kind_of(happened.kind);
    event.link = describe_link(view);
    event.text = happened.text;
    charge_.emit(event);
  }
}

void Upkeep::tell_plan(const LinkView& view) {
  const std::optional<PlanInForce> in_force = charge_.replanner.in_force();
  if (!in_force) return;
  std::string text = plan_text(in_force->plan);
  if (text == plan_told_) return;
  plan_told_ = text;
  Event event;
  event.kind = Event::Kind::plan_changed;
  event.link = describe_link(view);
  event.plan = in_force->plan;
  event.text = text + ": " + name_of(in_force->why);
  charge_.emit(event);
}

void Upkeep::begin_to_profile(const LinkView& view) {
  if (profiled_ || !charge_.profile.edge.empty()) return;
  profiled_ = true;
  profiling_ = true;
  profiler_ = std::thread([this, edge = view.edge] {
    try {
      profile::Profile profile = charge_.profile;
      profile.edge = {profile_edge(charge_.layers, charge_.link)};
      charge_.replanner.set_graph(timed_graph(charge_.layers, profile, charge_.slowdown));
      charge_.log(2, "measured " + edge);
    } catch (const std::exception& error) {
      if (!stopping_) {
        charge_.log(
            1, "could not measure " + edge + ", assuming this machine's speed: " + error.what());
      }
    }
    profiling_ = false;
    bell_.ring();
  });
}

}  // namespace branchline::runtime
