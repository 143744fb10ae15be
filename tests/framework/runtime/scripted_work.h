#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "framework/runtime/edge_queue.h"
#include "tests/support/fake_clock.h"

namespace branchline::testing {

/// What became of the work of a queue.
struct Journal {
  std::vector<std::string> ran;
  std::vector<std::pair<std::string, transport::Refusal>> dropped;
  int late = 0;  ///< requests that ended past their deadline
};

/// Takes its predicted time on the fake clock.
class ScriptedWork final : public runtime::EdgeWork {
 public:
  ScriptedWork(FakeClock& clock, Journal& journal, std::string name, Duration budget,
               Duration takes)
      : clock_(clock), journal_(journal), name_(std::move(name)) {
    deadline = clock.now() + budget;
    predicted = takes;
  }

  bool wanted() const override { return is_wanted; }
  bool run(const runtime::EdgeWorks& mates) override {
    journal_.ran.push_back(name_);
    for (const auto& mate : mates) {
      journal_.ran.back() += "+" + static_cast<const ScriptedWork&>(*mate).name_;
    }
    clock_.advance(static_cast<Duration::rep>(slowdown) *
                   time_of(1 + static_cast<int>(mates.size())));
    if (clock_.now() > deadline) ++journal_.late;
    for (const auto& mate : mates) journal_.late += clock_.now() > mate->deadline ? 1 : 0;
    if (turns-- > 1) {
      deadline = clock_.now() + std::chrono::milliseconds(100);
      return false;
    }
    return true;
  }
  void drop(transport::Refusal why, const std::string&) override {
    journal_.dropped.push_back({name_, why});
  }

  bool is_wanted = true;
  int turns = 1;
  int slowdown = 1;

 private:
  FakeClock& clock_;
  Journal& journal_;
  const std::string name_;
};

/// A queue in virtual time that keeps a journal.
class EdgeQueueTest : public ::testing::Test {
 protected:
  explicit EdgeQueueTest(const runtime::EdgeQueue::Limits& limits = {4, 1000, 1, 1, {}})
      : queue_(clock_, limits) {}

  std::shared_ptr<ScriptedWork> work(const std::string& name, Duration budget, Duration takes) {
    return std::make_shared<ScriptedWork>(clock_, journal_, name, budget, takes);
  }
  std::shared_ptr<ScriptedWork> background(const std::string& name, Duration patience,
                                           Duration takes) {
    auto made = work(name, patience, takes);
    made->background = true;
    return made;
  }
  void run_all() {
    while (queue_.run_one(false)) {
    }
  }

  FakeClock clock_;
  Journal journal_;
  runtime::EdgeQueue queue_;
};

/// Takes up another worker until the end of the test's scope.
class BusyWorker {
 public:
  BusyWorker(runtime::EdgeQueue& queue, FakeClock& clock, Duration predicted) {
    work_->predicted = predicted;
    work_->deadline = clock.now() + std::chrono::minutes(10);
    EXPECT_TRUE(queue.admit(work_).admitted);
    thread_ = std::thread([&queue] { queue.run_one(false); });
    work_->begun.get_future().wait();
  }
  ~BusyWorker() {
    work_->leave.set_value();
    thread_.join();
  }

 private:
  struct Busy final : runtime::EdgeWork {
    bool wanted() const override { return true; }
    bool run(const runtime::EdgeWorks&) override {
      begun.set_value();
      leave.get_future().wait();
      return true;
    }
    void drop(transport::Refusal, const std::string&) override {}
    std::promise<void> begun, leave;
  };
  const std::shared_ptr<Busy> work_ = std::make_shared<Busy>();
  std::thread thread_;
};

}  // namespace branchline::testing
