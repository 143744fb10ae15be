#include "framework/planner/schedule/job_cuts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <limits>
#include <random>

#include "framework/planner/schedule/makespan.h"
#include "tests/support/upload_jobs.h"

namespace branchline::planner::schedule {
namespace {

using Choices = std::vector<CutChoice>;

Choices random_choices(std::mt19937& random, int count, bool monotone) {
  std::uniform_int_distribution<std::int64_t> time(0, 100);
  std::vector<std::int64_t> compute, upload;
  for (int cut = 0; cut < count; ++cut) {
    compute.push_back(time(random));
    upload.push_back(time(random));
  }
  if (monotone) {
    std::sort(compute.begin(), compute.end());
    std::sort(upload.rbegin(), upload.rend());
  }
  Choices choices;
  for (std::size_t cut = 0; cut < compute.size(); ++cut) {
    choices.push_back({Nanoseconds(compute[cut]), Nanoseconds(upload[cut])});
  }
  return choices;
}

/// Least makespan over every cut of every job and every order of the jobs.
std::int64_t least_over_all(const std::vector<Choices>& choices) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::vector<UploadJob> jobs(choices.size());
  const std::function<void(std::size_t)> choose = [&](std::size_t job) {
    if (job == choices.size()) {
      least = std::min(least, testing::least_makespan(jobs));
      return;
    }
    for (const CutChoice& choice : choices[job]) {
      jobs[job] = {choice.compute, choice.upload, {}};
      choose(job + 1);
    }
  };
  choose(0);
  return least;
}

/// The makespan is that of the cuts in their order, every job once.
void expect_consistent(const std::vector<Choices>& choices, const JobCuts& found) {
  std::vector<UploadJob> jobs(choices.size());
  ASSERT_EQ(found.job.size(), jobs.size());
  ASSERT_EQ(found.cut.size(), jobs.size());
  for (std::size_t place = 0; place < jobs.size(); ++place) {
    const auto job = static_cast<std::size_t>(found.job[place]);
    const CutChoice& choice = choices[job].at(static_cast<std::size_t>(found.cut[place]));
    jobs[job] = {choice.compute, choice.upload, {}};
  }
  ASSERT_TRUE(is_linear_extension(jobs, found.job));
  EXPECT_EQ(found.makespan.count(), testing::reference_makespan(jobs, found.job));
}

// T5.5.
TEST(ExactJobCuts, EqualsTryingEveryCutOfEveryJob) {
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const int jobs = 1 + static_cast<int>(seed % 4);
    const Choices choices = random_choices(random, 2 + static_cast<int>(seed % 5), seed % 3 != 0);
    const std::vector<Choices> all(static_cast<std::size_t>(jobs), choices);
    const JobCuts exact = exact_job_cuts(choices, jobs);
    expect_consistent(all, exact);
    EXPECT_EQ(exact.makespan.count(), least_over_all(all));
  }
}

/// By another program: the best multiset of cuts in ascending depth, tried one by one.
TEST(ExactJobCuts, EqualsTryingEveryMultisetOfCuts) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const int jobs = 5 + static_cast<int>(seed % 4);
    const Choices choices = random_choices(random, 5, true);
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    const std::function<void(std::size_t, int, std::int64_t, std::int64_t)> place =
        [&](std::size_t cut, int left, std::int64_t computed, std::int64_t sent) {
          if (left == 0) least = std::min(least, sent);
          if (left == 0 || cut == choices.size()) return;
          place(cut + 1, left, computed, sent);
          const std::int64_t end = computed + choices[cut].compute.count();
          place(cut, left - 1, end, std::max(sent, end) + choices[cut].upload.count());
        };
    place(0, jobs, 0, 0);
    EXPECT_EQ(exact_job_cuts(choices, jobs).makespan.count(), least);
  }
}

/// The share of cases in which the rule of two neighbouring cuts is optimal, and its losses.
struct Losses {
  int cases = 0, optimal = 0;
  double sum = 0, worst = 1;

  void add(Nanoseconds found, Nanoseconds least) {
    const double loss = least.count() == 0 ? 1.0
                                           : static_cast<double>(found.count()) /
                                                 static_cast<double>(least.count());
    ++cases;
    optimal += found == least ? 1 : 0;
    sum += loss;
    worst = std::max(worst, loss);
  }
};

TEST(TwoNeighbouringCuts, LoseLessWithMoreJobs) {
  double worst_before = 2;
  for (const auto& [fewest, most] : {std::pair(2, 6), std::pair(8, 16), std::pair(30, 40)}) {
    Losses losses;
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
      std::mt19937 random(seed);
      const int jobs = std::uniform_int_distribution<int>(fewest, most)(random);
      const Choices choices = random_choices(random, 8, true);
      const JobCuts two = two_neighbouring_cuts(choices, jobs);
      const JobCuts exact = exact_job_cuts(choices, jobs);
      expect_consistent(std::vector<Choices>(static_cast<std::size_t>(jobs), choices), two);
      expect_consistent(std::vector<Choices>(static_cast<std::size_t>(jobs), choices), exact);
      ASSERT_LE(exact.makespan, two.makespan);
      losses.add(two.makespan, exact.makespan);
    }
    std::cout << fewest << " to " << most << " jobs: two neighbouring cuts optimal in "
              << 100.0 * losses.optimal / losses.cases << " %, mean " << losses.sum / losses.cases
              << ", max " << losses.worst << '\n';
    EXPECT_LT(losses.worst, worst_before);
    worst_before = losses.worst;
  }
  EXPECT_LT(worst_before, 1.08) << "30 jobs and more";
}

/// The cut (9, 9) lies above the line between its neighbours: mixing those is better.
TEST(TwoNeighbouringCuts, PassOverACutInsideTheHull) {
  const Choices choices = {{Nanoseconds(0), Nanoseconds(10)},
                           {Nanoseconds(9), Nanoseconds(9)},
                           {Nanoseconds(10), Nanoseconds(0)}};
  EXPECT_EQ(two_neighbouring_cuts(choices, 4).cut, (std::vector<std::int32_t>{0, 0, 2, 2}));
}

TEST(TwoNeighbouringCuts, MixTheCutsAroundTheBalance) {
  // f = 0, 4, 8, 20; g = 16, 8, 5, 0: between the second and the third.
  const Choices choices = {{Nanoseconds(0), Nanoseconds(16)},
                           {Nanoseconds(4), Nanoseconds(8)},
                           {Nanoseconds(8), Nanoseconds(5)},
                           {Nanoseconds(20), Nanoseconds(0)}};
  const JobCuts two = two_neighbouring_cuts(choices, 2);
  EXPECT_EQ(two.cut, (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(two.makespan, Nanoseconds(4 + 8 + 5));
}

TEST(ParetoCuts, DropWhatAnotherBeatsInBoth) {
  const Choices choices = {{Nanoseconds(5), Nanoseconds(9)}, {Nanoseconds(3), Nanoseconds(9)},
                           {Nanoseconds(7), Nanoseconds(2)}, {Nanoseconds(7), Nanoseconds(2)},
                           {Nanoseconds(9), Nanoseconds(2)}, {Nanoseconds(1), Nanoseconds(12)}};
  EXPECT_EQ(pareto_cuts(choices), (std::vector<std::int32_t>{5, 1, 2}));
}

TEST(MixedJobCuts, AreCloseToTryingEveryCutOfEveryJob) {
  int optimal = 0;
  double worst = 1, sum = 0;
  constexpr int kCases = 400;
  for (std::uint32_t seed = 0; seed < kCases; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<Choices> choices;
    for (std::uint32_t job = 0; job < 1 + seed % 4; ++job) {
      choices.push_back(random_choices(random, 4, seed % 2 == 0));
    }
    const JobCuts found = mixed_job_cuts(choices);
    expect_consistent(choices, found);
    const std::int64_t least = least_over_all(choices);
    ASSERT_GE(found.makespan.count(), least);
    const double loss =
        least == 0 ? 1.0 : static_cast<double>(found.makespan.count()) / static_cast<double>(least);
    if (choices.size() == 1) {
      EXPECT_EQ(loss, 1.0);
    }
    optimal += found.makespan.count() == least ? 1 : 0;
    sum += loss;
    worst = std::max(worst, loss);
  }
  std::cout << "mixed jobs: optimal in " << 100.0 * optimal / kCases << " %, mean " << sum / kCases
            << ", max " << worst << '\n';
  EXPECT_GE(optimal, kCases * 7 / 10);
  EXPECT_LE(sum / kCases, 1.03);
}

TEST(JobCuts, OfNoJobsEndAtOnce) {
  const Choices choices = {{Nanoseconds(3), Nanoseconds(4)}};
  EXPECT_EQ(exact_job_cuts(choices, 0).makespan, Nanoseconds(0));
  EXPECT_EQ(exact_job_cuts(choices, 1).makespan, Nanoseconds(7));
  EXPECT_EQ(mixed_job_cuts({}).makespan, Nanoseconds(0));
  EXPECT_THROW(exact_job_cuts({}, 1), std::logic_error);
}

TEST(JobCuts, Saturate) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const Choices choices = {{Nanoseconds(0), Nanoseconds(kMost)},
                           {Nanoseconds(kMost), Nanoseconds(0)}};
  EXPECT_EQ(exact_job_cuts(choices, 5).makespan, Nanoseconds(kMost));
}

}  // namespace
}  // namespace branchline::planner::schedule
