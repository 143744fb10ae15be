#include "framework/planner/scheduled_plan.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "framework/planner/schedule/composite_order.h"
#include "framework/planner/schedule/lookahead_order.h"
#include "framework/planner/schedule/makespan.h"
#include "framework/planner/schedule/path_order.h"
#include "framework/planner/schedule/precedence_tree.h"
#include "framework/planner/simulate.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace {

using graph::Unit;
using graph::ValueId;
using schedule::JobOrder;
using schedule::UploadJob;

void add_composite_order(const std::vector<UploadJob>& jobs,
                         const std::optional<schedule::PrecedenceTree>& tree,
                         std::vector<JobOrder>& orders) {
  if (tree) orders.push_back(schedule::composite_order(jobs, *tree));
}

/// Id order first: it wins ties.
std::vector<JobOrder> orders_of(const std::vector<UploadJob>& jobs, Scheduler scheduler) {
  std::vector<JobOrder> orders = {schedule::index_order(jobs)};
  switch (scheduler) {
    case Scheduler::paths:
      if (std::optional<JobOrder> order = schedule::path_order(jobs)) {
        orders.push_back(std::move(*order));
      }
      break;
    case Scheduler::tree:
      add_composite_order(jobs, schedule::tree_precedence(jobs), orders);
      break;
    case Scheduler::dag:
      add_composite_order(jobs, schedule::series_parallel_precedence(jobs), orders);
      orders.push_back(schedule::lookahead_order(jobs));
      break;
  }
  return orders;
}

bool is_device_unit(const Plan& plan, std::int32_t unit) {
  return plan.tier[static_cast<std::size_t>(unit)] == Tier::device;
}

std::vector<std::int32_t> remote_units(const Plan& plan) {
  std::vector<std::int32_t> units;
  for (std::size_t id = 0; id < plan.tier.size(); ++id) {
    const auto unit = static_cast<std::int32_t>(id);
    if (plan.tier[id] && !is_device_unit(plan, unit)) units.push_back(unit);
  }
  return units;
}

/// Sets the order and what the simulation says of it; the remote units in the order they ran.
void run_in_order(const PlanRequest& request, Plan& plan, std::vector<std::int32_t> device_units) {
  const std::size_t device_count = device_units.size();
  plan.order = std::move(device_units);
  const std::vector<std::int32_t> remote = remote_units(plan);
  plan.order.insert(plan.order.end(), remote.begin(), remote.end());
  const Simulation simulation = simulate(request, plan, ExecutionMode::overlapped);
  plan.order.resize(device_count);
  std::vector<bool> computed(plan.tier.size(), false);  // later events of a unit encode its output
  for (const SimulatedEvent& event : simulation.events) {
    const auto unit = static_cast<std::size_t>(event.unit);
    const bool here = (event.resource == Resource::edge && plan.tier[unit] == Tier::edge) ||
                      (event.resource == Resource::cloud && plan.tier[unit] == Tier::cloud);
    if (!here || computed[unit]) continue;
    computed[unit] = true;
    plan.order.push_back(event.unit);
  }
  plan.predicted = simulation.makespan;
  plan.feasible = !request.deadline || plan.predicted <= *request.deadline;
}

}  // namespace

DeviceJobs device_jobs(const PlanRequest& request, const Plan& plan) {
  DeviceJobs part;
  std::vector<std::int32_t> job_of(plan.tier.size(), -1);
  for (const Unit& unit : request.graph.units) {
    if (!plan.tier[static_cast<std::size_t>(unit.id)]) continue;
    const bool here = is_device_unit(plan, unit.id);
    UploadJob job;
    for (const ValueId& input : unit.inputs) {
      const std::int32_t producer = job_of[static_cast<std::size_t>(input.unit)];
      if (producer < 0) continue;
      if (here) {
        job.predecessors.push_back(producer);
      } else {
        const Unit& sender = request.graph.units[static_cast<std::size_t>(input.unit)];
        const Transfer way =
            listed_transfer(request, sender, Tier::device, Tier::edge, plan.codecs);
        UploadJob& sent = part.jobs[static_cast<std::size_t>(producer)];
        sent.compute = *sender.time[0] + way.encode;
        sent.upload = way.link;
      }
    }
    if (!here) continue;
    job.compute = *unit.time[0];
    job_of[static_cast<std::size_t>(unit.id)] = static_cast<std::int32_t>(part.jobs.size());
    part.units.push_back(unit.id);
    part.jobs.push_back(std::move(job));
  }
  return part;
}

Plan scheduled(const PlanRequest& request, Plan plan, Scheduler scheduler) {
  const DeviceJobs part = device_jobs(request, plan);
  std::optional<Plan> best;
  for (const JobOrder& order : orders_of(part.jobs, scheduler)) {
    std::vector<std::int32_t> units;
    for (const std::int32_t job : order) units.push_back(part.units[static_cast<std::size_t>(job)]);
    run_in_order(request, plan, std::move(units));
    if (!best || plan.predicted < best->predicted) best = plan;
  }
  return *best;
}

}  // namespace branchline::planner
