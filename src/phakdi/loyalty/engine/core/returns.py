from phakdi.loyalty.engine.core.work import Work


def refund(work: Work) -> None:
    raise NotImplementedError
