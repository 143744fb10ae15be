#include "framework/runtime/plan_shelf.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "framework/base/error.h"

namespace branchline::runtime {

/// Callbacks of the cache and of the link may come when the shelf is gone.
struct PlanShelf::Life {
  std::mutex mutex;  // held while a callback uses the shelf
  PlanShelf* shelf = nullptr;
  std::function<void()> on_ready;
  std::function<void(const std::string&)> on_failure;
  std::atomic<std::uint64_t> version{0};
};

PlanShelf::PlanShelf(std::shared_ptr<const model::Model> model, slice::SliceCache& cache,
                     std::function<void()> on_ready,
                     std::function<void(const std::string&)> on_failure)
    : model_(std::move(model)), cache_(cache), life_(std::make_shared<Life>()) {
  life_->shelf = this;
  life_->on_ready = std::move(on_ready);
  life_->on_failure = std::move(on_failure);
}

PlanShelf::~PlanShelf() {
  const std::lock_guard lock(life_->mutex);
  life_->shelf = nullptr;
}

std::shared_ptr<ShelvedPlan> PlanShelf::place(RunnablePlan plan, bool& is_new) {
  const std::lock_guard lock(mutex_);
  const auto same = std::find_if(plans_.begin(), plans_.end(), [&plan](const Place& other) {
    return other.plan->plan.key == plan.key;
  });
  is_new = same == plans_.end();
  if (!is_new) {
    std::rotate(same, same + 1, plans_.end());
    return plans_.back().plan;
  }
  plans_.push_back({std::make_shared<ShelvedPlan>(std::move(plan)), {}, {}});
  ++life_->version;
  const auto is_remote = [](const Place& other) { return other.plan->plan.remote.has_value(); };
  const auto remote = std::count_if(plans_.begin(), plans_.end(), is_remote);
  if (static_cast<std::size_t>(remote) > kMostRemote) {
    plans_.erase(std::find_if(plans_.begin(), plans_.end(), is_remote));
  }
  return plans_.back().plan;
}

/// Once offered, a plan stays so.
void PlanShelf::offer(ShelvedPlan& plan, bool offered) {
  if (offered && !plan.offered.exchange(true)) ++life_->version;
}

void PlanShelf::want(RunnablePlan plan, bool offered) {
  bool is_new = false;
  const std::shared_ptr<ShelvedPlan> placed = place(std::move(plan), is_new);
  offer(*placed, offered);
  if (is_new) compile(placed);
}

void PlanShelf::want_all(std::vector<Wanted> likely_first) {
  std::vector<std::shared_ptr<ShelvedPlan>> to_compile;
  for (auto wanted = likely_first.rbegin(); wanted != likely_first.rend(); ++wanted) {
    bool is_new = false;
    const std::shared_ptr<ShelvedPlan> placed = place(std::move(wanted->plan), is_new);
    offer(*placed, wanted->offered);
    if (is_new) to_compile.push_back(placed);
  }
  for (auto placed = to_compile.rbegin(); placed != to_compile.rend(); ++placed) {
    if (holds(**placed)) compile(*placed);
  }
}

bool PlanShelf::holds(const ShelvedPlan& plan) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(plans_.begin(), plans_.end(),
                     [&plan](const Place& place) { return place.plan.get() == &plan; });
}

void PlanShelf::compile(const std::shared_ptr<ShelvedPlan>& plan) {
  const auto room = [](Slices& slices, const std::vector<DeviceStep>& steps) {
    slices.resize(steps.size());
    return static_cast<int>(steps.size());
  };
  const int slices = room(plan->front, plan->plan.front) + room(plan->tail, plan->plan.tail) +
                     room(plan->ladder, plan->plan.ladder.steps);
  // One more than there are, so that none is the last before all were asked for.
  plan->compiling = slices + 1;
  const auto one_less = [life = life_](ShelvedPlan& of) {
    if (--of.compiling > 0 || of.failed) return;
    of.device_ready = true;
    ++life->version;
    life->on_ready();
  };
  const auto prepare = [&](Slices& into, const std::vector<DeviceStep>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      cache_.prepare(model_, steps[i].spec,
                     [plan, &into, i, one_less, life = life_](
                         std::shared_ptr<const slice::Slice> slice, const std::string& error) {
                       if (!slice) {
                         plan->failed = true;
                         life->on_failure(error);
                       }
                       into[i] = std::move(slice);
                       one_less(*plan);
                     });
    }
  };
  prepare(plan->front, plan->plan.front);
  prepare(plan->tail, plan->plan.tail);
  prepare(plan->ladder, plan->plan.ladder.steps);
  one_less(*plan);
}

void PlanShelf::want_now(RunnablePlan plan) {
  bool is_new = false;
  const std::shared_ptr<ShelvedPlan> placed = place(std::move(plan), is_new);
  const auto get = [this](Slices& into, const std::vector<DeviceStep>& steps) {
    into.clear();
    for (const DeviceStep& step : steps) into.push_back(cache_.get(model_, step.spec));
  };
  BL_EXPECT(is_new, "plans are waited for before anything else is prepared");
  get(placed->front, placed->plan.front);
  get(placed->tail, placed->plan.tail);
  get(placed->ladder, placed->plan.ladder.steps);
  placed->device_ready = true;
  offer(*placed, true);
}

void PlanShelf::prepare_edge(LinkMonitor& link) {
  const LinkView view = link.view();
  if (!view.up) return;
  {
    const std::lock_guard lock(mutex_);
    for (Place& place : plans_) {  // the spare that was prepared may have taken over
      const bool took_over = place.plan->spare_ready == view.connection;
      if (!took_over || place.plan->edge_ready == view.connection) continue;
      place.plan->edge_ready = view.connection;
      ++life_->version;
    }
  }
  if (!view.draining) prepare_on(link, view, false);
  if (view.spare != 0) prepare_on(link, view, true);
}

void PlanShelf::prepare_on(LinkMonitor& link, const LinkView& view, bool spare) {
  const std::uint64_t connection = spare ? view.spare : view.connection;
  std::vector<std::pair<std::string, transport::RemotePlan>> to_ask;
  {
    const std::lock_guard lock(mutex_);
    // The likeliest first: an edge compiles a few at once and refuses the rest for a while.
    for (Place& place : std::views::reverse(plans_)) {
      const ShelvedPlan& plan = *place.plan;
      if (!plan.plan.remote || plan.ready(connection) || plan.failed) continue;
      Asked& asked = spare ? place.spare : place.edge;
      const bool waits = asked.on == connection && Clock::now() < asked.again;
      if (waits || !plan.device_ready) continue;
      asked = {connection, Clock::now() + std::chrono::seconds(5)};
      to_ask.emplace_back(plan.plan.key, plan.plan.remote->plan);
    }
  }
  for (auto& [key, plan] : to_ask) {
    const auto hear = [life = life_, key = key, connection, spare](LinkReply reply) {
      const std::lock_guard lock(life->mutex);
      if (life->shelf) life->shelf->hear_prepared(key, connection, spare, reply);
    };
    link.ask(transport::Prepare{std::move(plan)}, 0, hear, {connection, spare});
  }
}

void PlanShelf::hear_prepared(const std::string& key, std::uint64_t connection, bool spare,
                              const LinkReply& reply) {
  if (!reply.body) return;
  const bool is_ready = std::holds_alternative<transport::Ready>(*reply.body);
  {
    const std::lock_guard lock(mutex_);
    for (Place& place : plans_) {
      if (place.plan->plan.key != key) continue;
      if (is_ready) (spare ? place.plan->spare_ready : place.plan->edge_ready) = connection;
      (spare ? place.spare : place.edge).again = Clock::now() + std::chrono::seconds(1);
    }
    ++life_->version;
  }
  if (is_ready) return life_->on_ready();
  if (const auto* refused = std::get_if<transport::Refused>(&*reply.body)) {
    life_->on_failure("the edge does not prepare '" + key + "': " + refused->sentence);
  }
}

void PlanShelf::forget_edge(const std::string& key, std::uint64_t connection) {
  const std::lock_guard lock(mutex_);
  for (Place& place : plans_) {
    if (place.plan->plan.key != key) continue;
    for (auto* ready : {&place.plan->edge_ready, &place.plan->spare_ready}) {
      if (*ready == connection) *ready = 0;
    }
    for (Asked* asked : {&place.edge, &place.spare}) {
      if (asked->on == connection) *asked = {};
    }
  }
  ++life_->version;
}

std::uint64_t PlanShelf::version() const noexcept { return life_->version; }

std::vector<std::shared_ptr<const ShelvedPlan>> PlanShelf::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const ShelvedPlan>> plans;
  plans.reserve(plans_.size());
  for (const Place& place : plans_) plans.push_back(place.plan);
  return plans;
}

std::size_t PlanShelf::under_way(std::uint64_t connection) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(plans_.begin(), plans_.end(), [connection](const Place& place) {
        return !place.plan->failed && !place.plan->ready(connection);
      }));
}

}  // namespace branchline::runtime
