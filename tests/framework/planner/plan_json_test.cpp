#include "framework/planner/plan_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace branchline::planner {
namespace {

Plan sample_plan() {
  Plan plan;
  plan.exit = 1;
  plan.tier = {Tier::device, std::nullopt, Tier::edge, Tier::cloud};
  plan.predicted = Nanoseconds(28);
  plan.uplink_bytes = 10;
  plan.downlink_bytes = 20;
  plan.uplink2_bytes = 30;
  plan.downlink2_bytes = 40;
  plan.breakdown = {Nanoseconds(1), Nanoseconds(2), Nanoseconds(3), Nanoseconds(4),
                    Nanoseconds(5), Nanoseconds(6), Nanoseconds(7)};
  plan.feasible = false;
  return plan;
}

TEST(PlanJson, IsTheDocumentedSchema) {
  const auto json = nlohmann::ordered_json::parse(to_json(sample_plan(), Nanoseconds(99), false));
  EXPECT_EQ(
      json.dump(),
      R"({"schema":"branchline.plan/1","exit":2,"tier":{"0":"device","2":"edge","3":"cloud"},)"
      R"("predicted_ns":28,"uplink_bytes":10,"downlink_bytes":20,"breakdown_ns":)"
      R"({"device":1,"uplink":2,"edge":3,"downlink":4},"feasible":false,"solver_ns":99})");
}

TEST(PlanJson, ThreeTiersAddTheSecondLinkAndTheCloud) {
  const auto json = nlohmann::ordered_json::parse(to_json(sample_plan(), Nanoseconds(99), true));
  EXPECT_EQ(json["uplink2_bytes"], 30);
  EXPECT_EQ(json["downlink2_bytes"], 40);
  EXPECT_EQ(json["breakdown_ns"].dump(),
            R"({"device":1,"uplink":2,"edge":3,"downlink":4,"uplink2":5,"cloud":6,"downlink2":7})");
}

TEST(PlanJson, AScheduledPlanTellsItsOrder) {
  Plan plan = sample_plan();
  EXPECT_FALSE(nlohmann::json::parse(to_json(plan, Nanoseconds(99), false)).contains("order"));
  plan.order = {0, 3, 2};
  const auto json = nlohmann::json::parse(to_json(plan, Nanoseconds(99), false));
  EXPECT_EQ(json["order"].dump(), "[0,3,2]");
}

TEST(PlanJson, SeveralJobsAreTheDocumentedSchema) {
  JobsPlan jobs;
  jobs.exit = 1;
  jobs.plans = {sample_plan()};
  jobs.makespan = Nanoseconds(31);
  const auto json = nlohmann::ordered_json::parse(to_json(jobs, Nanoseconds(99)));
  EXPECT_EQ(json.dump(),
            R"({"schema":"branchline.jobs/1","exit":2,"jobs":[{"exit":2,)"
            R"("tier":{"0":"device","2":"edge","3":"cloud"},"predicted_ns":28,"uplink_bytes":10,)"
            R"("downlink_bytes":20,"breakdown_ns":{"device":1,"uplink":2,"edge":3,"downlink":4},)"
            R"("feasible":false}],"makespan_ns":31,"feasible":true,"solver_ns":99})");
}

}  // namespace
}  // namespace branchline::planner
