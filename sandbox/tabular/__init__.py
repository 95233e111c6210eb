"""Models really trained on a person's own table, text, series or images, and their answers.

scikit-learn and pandas are loaded in worker processes only (`python -m sandbox.tabular`): the sandbox itself imports
`predictor` and `training_run`, which are light, and speaks to the workers
through pipes. Tested in tests/sandbox/tabular/.
"""

import re

from sandbox.tabular.predictor import Predictor, predictor_of

__all__ = ["Predictor", "predictor_of", "serves"]

_IMAGES = re.compile(r"/(sagemaker-sklearn-automl|autogluon-inference|autopilot-[a-z-]+|sagedeck-[a-z]+-automl)[:@]")


def serves(image: str) -> bool:
    """Tell whether a container image is one that Autopilot puts into a candidate's InferenceContainers."""
    return bool(_IMAGES.search(image))
