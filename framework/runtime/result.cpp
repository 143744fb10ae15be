#include "branchline/result.h"

#include <cstdio>

namespace branchline {
inline namespace v0 {
namespace {

std::string milliseconds_text(Duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms",
                std::chrono::duration<double, std::milli>(time).count());
  return text;
}

std::string exit_text(const Plan& plan) {
  return "exit " + std::to_string(plan.exit) + " of " + std::to_string(plan.exits);
}

std::string place_text(const Plan& plan, const std::string& edge) {
  if (plan.place == Place::device) return "on the device";
  const std::string there = edge.empty() ? "the edge" : edge;
  if (plan.place == Place::edge) return "on " + there;
  std::string own = "none";
  for (const Stage& stage : plan.stages) {
    if (stage.tier == Tier::device) {
      own = to_string(stage.units);
      break;
    }
  }
  return "split with " + there + " (the device keeps units " + own + ")";
}

std::string edge_text(const Link& link) { return link.edge.empty() ? "the edge" : link.edge; }

std::string reason_text(const Result& result) {
  switch (result.why) {
    case Why::planned:
      return "as planned";
    case Why::probing:
      return "sent to learn how fast the link to " + edge_text(result.link) + " is";
    case Why::confident:
      return "this exit was sure enough";
    case Why::forced:
      return "as the request forced it";
    case Why::no_edge:
      return result.link.edge.empty() ? "no edge is configured"
                                      : "this request may not leave the device";
    case Why::link_down:
      return "no connection to " + edge_text(result.link);
    case Why::link_too_slow:
      return "with the link to " + edge_text(result.link) + " as it is the device does better";
    case Why::edge_timeout:
      return "the answer of " + edge_text(result.link) + " did not come in time";
    case Why::edge_overloaded:
      return edge_text(result.link) + " is too busy";
    case Why::edge_draining:
      return edge_text(result.link) + " is going down";
    case Why::edge_incompatible:
      return edge_text(result.link) + " does not fit this engine";
    case Why::deadline_too_tight:
      return "not even the first exit is sure to be ready by this deadline";
    case Why::queue_full:
      return "the queue was full";
    case Why::model_error:
      return "the network failed";
  }
  return "unknown";
}

std::string answer_text(const Result& result) {
  std::string text = exit_text(result.plan) + " in " + milliseconds_text(result.latency) + " of " +
                     milliseconds_text(result.deadline) + ", " +
                     place_text(result.plan, result.link.edge);
  if (result.outcome == Outcome::late) text += ", late";
  if (result.outcome == Outcome::infeasible) text += ", deadline infeasible";
  if (result.abandoned) {
    text += ", instead of " + exit_text(*result.abandoned) + " " +
            place_text(*result.abandoned, result.link.edge);
  }
  if (result.sent_again == SentAgain::failover) text += ", sent again to the spare edge";
  if (result.sent_again == SentAgain::hedge) text += ", sent to the spare edge as well";
  return text;
}

std::string no_answer_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::dropped:
      return "dropped";
    case Outcome::cancelled:
      return "cancelled";
    case Outcome::bad_input:
      return "bad input";
    case Outcome::stopped:
      return "the engine was stopped";
    default:
      return "no answer";
  }
}

bool reason_says_something(Outcome outcome) {
  return outcome == Outcome::dropped || outcome == Outcome::error;
}

}  // namespace

const char* name_of(Place place) noexcept {
  return place == Place::device ? "device" : place == Place::split ? "split" : "edge";
}

const char* name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::late:
      return "late";
    case Outcome::infeasible:
      return "infeasible";
    case Outcome::dropped:
      return "dropped";
    case Outcome::cancelled:
      return "cancelled";
    case Outcome::bad_input:
      return "bad_input";
    case Outcome::stopped:
      return "stopped";
    case Outcome::error:
      return "error";
  }
  return "unknown";
}

const char* name_of(Why why) noexcept {
  switch (why) {
    case Why::planned:
      return "planned";
    case Why::probing:
      return "probing";
    case Why::confident:
      return "confident";
    case Why::forced:
      return "forced";
    case Why::no_edge:
      return "no_edge";
    case Why::link_down:
      return "link_down";
    case Why::link_too_slow:
      return "link_too_slow";
    case Why::edge_timeout:
      return "edge_timeout";
    case Why::edge_overloaded:
      return "edge_overloaded";
    case Why::edge_draining:
      return "edge_draining";
    case Why::edge_incompatible:
      return "edge_incompatible";
    case Why::deadline_too_tight:
      return "deadline_too_tight";
    case Why::queue_full:
      return "queue_full";
    case Why::model_error:
      return "model_error";
  }
  return "unknown";
}

const char* name_of(SentAgain sent_again) noexcept {
  switch (sent_again) {
    case SentAgain::no:
      return "no";
    case SentAgain::failover:
      return "failover";
    case SentAgain::hedge:
      return "hedge";
  }
  return "unknown";
}

const char* name_of(Step step) noexcept {
  switch (step) {
    case Step::queued:
      return "queued";
    case Step::front:
      return "front";
    case Step::encode:
      return "encode";
    case Step::upload:
      return "upload";
    case Step::edge_queue:
      return "edge queue";
    case Step::edge:
      return "edge";
    case Step::download:
      return "download";
    case Step::unanswered:
      return "unanswered";
    case Step::insurance:
      return "insurance";
    case Step::tail:
      return "tail";
  }
  return "unknown";
}

std::string Result::explain() const {
  std::string text;
  if (*this) {
    text = answer_text(*this) + ": " + reason_text(*this);
  } else {
    text = no_answer_text(outcome);
    if (reason_says_something(outcome)) text += ": " + reason_text(*this);
  }
  if (!detail.empty()) text += " (" + detail + ")";
  return text + ".";
}

}  // namespace v0
}  // namespace branchline
