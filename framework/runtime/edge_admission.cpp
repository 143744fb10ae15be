// The door of the edge's queue: who gets in.
#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/runtime/edge_queue.h"

namespace branchline::runtime {
namespace {

std::string ms_text(Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  const std::string tenth = std::to_string((us / 100) % 10);
  return std::to_string(us / 1000) + "." + tenth + " ms";
}

/// The first part of a room: 1 is all of it. What is left of it is for others.
template <typename Amount>
Amount part_of(Amount room, double part) {
  return static_cast<Amount>(std::ceil(part * static_cast<double>(room)));
}

const std::string kMuchOfLate = "this client has had much of late, and the rest is for others: ";

}  // namespace

void EdgeQueue::look_for_room(const EdgeWork& work, const Room& room, Admission& admission) const {
  const std::uint64_t bytes = part_of(limits_.max_bytes, room.bytes);
  if (stopped_) {
    admission.refuse(Overload::stopping, "the edge is going down");
  } else if (requests_ >= limits_.max_waiting) {
    admission.refuse(Overload::queue_full,
                     "the queue is full with " + std::to_string(requests_) + " requests");
  } else if (requests_ >= part_of(limits_.max_waiting, room.waiting)) {
    admission.refuse(Overload::fair_share,
                     kMuchOfLate + std::to_string(requests_) + " requests wait");
  } else if (work.bytes > limits_.max_bytes - std::min(bytes_, limits_.max_bytes)) {
    admission.refuse(Overload::memory_full,
                     "the tensors that wait already take all memory set aside for them");
  } else if (work.bytes > bytes - std::min(bytes_, bytes)) {
    admission.refuse(Overload::fair_share,
                     kMuchOfLate + "the tensors that wait take most memory set aside for them");
  }
}

/// Whether somebody whose turn the newcomer at `place` puts off would no longer end in time.
bool EdgeQueue::delays_another(const std::vector<const EdgeWork*>& order, std::size_t place,
                               const std::vector<EdgeForecast::Turn>& turns, TimePoint now) const {
  std::vector<EdgeForecast::Turn> before;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == place || order[i]->background || turns[i].end + margin_ <= order[i]->deadline) {
      continue;
    }
    if (before.empty()) {
      const auto others = in_order();
      before = EdgeForecast(others, free_at(now), batch_limits(), background_from_).run_out();
    }
    if (turns[i].end > before[i < place ? i : i - 1].end) return true;
  }
  return false;
}

/// @param turns  of all that waits, with the newcomer, should there be room
Admission EdgeQueue::judge(const EdgeWork& work, TimePoint now,
                           std::vector<EdgeForecast::Turn>& turns) {
  const Room room = shares_.room_for(work.asker, now);
  Admission admission;
  look_for_room(work, room, admission);
  if (!admission.admitted) {
    admission.queue = wait_for_all(now);
    return admission;
  }
  auto order = in_order();
  const auto later = std::upper_bound(
      order.begin(), order.end(), work.deadline,
      [](TimePoint deadline, const EdgeWork* other) { return deadline < other->deadline; });
  const auto place = static_cast<std::size_t>(order.insert(later, &work) - order.begin());
  turns = EdgeForecast(order, free_at(now), batch_limits(), background_from_).run_out();
  admission.queue = turns[place].begin - now;
  const Duration left = work.deadline - now;
  const Duration compute = turns[place].end - turns[place].begin;
  const Duration slack = left - compute;
  // A request that finds the edge free is served however wrong others' predictions were.
  const Duration margin = std::min(margin_, std::max(slack, Duration(0)) / 2);
  if (admission.queue + margin > slack) {
    admission.refuse(Overload::too_late,
                     "cannot finish within the budget: " + ms_text(admission.queue) +
                         " of queue and " + ms_text(compute) + " of compute against " +
                         ms_text(std::max(left, Duration(0))) + " left");
  } else if (admission.queue > Duration(part_of(slack.count(), room.time))) {
    admission.refuse(Overload::fair_share, kMuchOfLate + ms_text(admission.queue) +
                                               " of queue against " + ms_text(left) + " left");
  } else if (delays_another(order, place, turns, now)) {
    admission.refuse(Overload::promised,
                     "would make a request that was let in before miss its deadline");
    admission.queue = wait_for_all(now);
  }
  return admission;
}

}  // namespace branchline::runtime
